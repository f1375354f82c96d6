"""`python -m medianest` is the command `medianest`."""

from medianest.main.cli import app

if __name__ == "__main__":
    app(prog_name="medianest")
