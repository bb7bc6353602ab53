"""Starts `train.py` in two processes of the CPU, as users do."""

import os
import subprocess
import sys
from pathlib import Path


def launch(*arguments: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    """Run accelerate's launcher in a folder.

    With `--cpu` it starts one process whatever `--num_processes` says; with `--multi_gpu`, where no GPU is to be seen,
    it starts two that talk over gloo.
    """
    command = [
        sys.executable, "-m", "accelerate.commands.launch", "--multi_gpu", "--num_processes", "2",
        "--num_machines", "1", "--mixed_precision", "no", "--dynamo_backend", "no", "--main_process_port", "0",
        str(Path(__file__).parents[1] / "train.py"), *arguments,
    ]  # fmt: skip
    environment = os.environ | {"OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
