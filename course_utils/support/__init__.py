"""What everything stands on: validation, the progress bar, the set-up check."""
