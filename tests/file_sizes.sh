#!/usr/bin/env bash
# Files past 600 lines are to be split by use case.
set -euo pipefail
long=$(git ls-files -z '*.py' '*.ts' '*.tsx' '*.css' | xargs -0 wc -l | awk '$1 > 600 && $2 != "total"' | grep -vE 'schema\.d\.ts|routeTree\.gen\.ts' || true)
[ -z "$long" ] || { printf 'Split these files (more than 600 lines):\n%s\n' "$long"; exit 1; }
