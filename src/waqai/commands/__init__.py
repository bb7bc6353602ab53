"""The sub-commands of `waqai`, one module each: `add_arguments(parser)` and `run(args)`."""
