"""Bad days, with real processes: things are killed, stopped, filled with nonsense and set up wrongly."""
