"""Who is wired to whom. The one package that imports dependency-injector.

`async with opened(settings, key) as container:` connects to the servers that the settings name; what it hands out is
then ready to use. The chapters follow one another as classes: what is borrowed, who people are, what they do.
"""

from medianest.main.container.house import Container, opened

__all__ = ["Container", "opened"]
