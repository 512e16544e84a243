"""The option `--secrets-dir`, shared by the commands that look at values."""

import argparse


def add_secrets_dir(parser: argparse.ArgumentParser) -> None:
    """Add `--secrets-dir` to `parser`."""
    parser.add_argument(
        "--secrets-dir",
        action="append",
        default=[],
        metavar="DIR",
        help="a directory with a file for each secret, under all other sources; by default those of the settings class,"
        " unless FILEs are given; may be given again",
    )
