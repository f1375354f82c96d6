"""What happens: commands, queries, the use cases that look outside before deciding, reactions and jobs."""
