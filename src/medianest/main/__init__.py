"""Who is wired to whom: settings, the container, the processes, the command line."""
