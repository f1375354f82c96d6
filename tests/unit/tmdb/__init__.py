"""Reading TMDB."""
