"""`python -m backend.sdk.check [--json] DIR…`: print every finding; exit 1 when one of them is an error."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import msgspec

from backend.sdk.check import check_folder
from backend.sdk.findings import Finding, has_errors


def main(arguments: list[str] | None = None) -> int:
    """Check the folders named on the command line; the exit code is for scripts."""
    parser = argparse.ArgumentParser(prog="python -m backend.sdk.check", description="检查模块文件夹")
    parser.add_argument("folders", nargs="+", type=Path, metavar="DIR")
    parser.add_argument("--json", action="store_true", help="以 JSON 输出")
    options = parser.parse_args(arguments)
    found: dict[str, list[Finding]] = {str(folder): check_folder(folder) for folder in options.folders}
    if options.json:
        sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n")
    else:
        for folder, findings in found.items():
            errors = sum(finding.severity == "error" for finding in findings)
            sys.stdout.write(f"{folder}：{errors} 处错误，{len(findings) - errors} 处提醒\n")
            for finding in findings:
                sys.stdout.write(f"  {finding}\n")
    return int(any(has_errors(findings) for findings in found.values()))


if __name__ == "__main__":
    sys.exit(main())
