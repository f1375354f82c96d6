"""What people see: typed views, and the pure folds that make them of events. One module per screen."""
