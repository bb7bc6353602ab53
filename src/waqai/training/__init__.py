"""Fine-tuning: settings, the mixture of data sets, the run, calibration, and states to resume from."""
