// validatorUrl null: the page would otherwise show a badge fetched from outside.
window.addEventListener("load", () => {
  window.SwaggerUIBundle({
    url: "/schema/openapi.json",
    dom_id: "#documentation",
    deepLinking: true,
    validatorUrl: null,
    persistAuthorization: false,
    queryConfigEnabled: false,
    docExpansion: "none",
    tagsSorter: "alpha",
  });
});
