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
    // Whoever signed in with cookies shows by this header that a page of ours asks.
    requestInterceptor: (request) => {
      const token = document.cookie.match(/(?:^|; )(?:__Host-)?medianest-csrf=([^;]+)/);
      if (token && new URL(request.url, location.href).origin === location.origin) {
        request.headers["X-CSRF-Token"] = token[1];
      }
      return request;
    },
  });
});
