#!/bin/sh
# Install Kouken from this folder, without any network; or bring an installation and its store up to this version.
#   sh install.sh [--prefix /opt/kouken] [--config /etc/kouken/kouken.toml] [--backup FOLDER] [--check]
# Each version lies in PREFIX/versions/VERSION; PREFIX/.venv points to the one in use, which is changed last.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
prefix=/opt/kouken config= backup= check_only=
while [ $# -gt 0 ]; do
	case $1 in
	--prefix) prefix=$2 && shift 2 ;;
	--config) config=$2 && shift 2 ;;
	--backup) backup=$2 && shift 2 ;;
	--check) check_only=1 && shift ;;
	*) echo "使い方: sh install.sh [--prefix DIR] [--config FILE] [--backup DIR] [--check]" >&2 && exit 2 ;;
	esac
done

fail() { # Japanese, English
	printf '%s\n%s\n' "$1" "$2" >&2
	exit 1
}

# --- checks, before anything is touched
python=$(command -v python3.11 || command -v python3 || true)
[ -n "$python" ] && "$python" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' ||
	fail "Python 3.11 が見つかりません。" "Python 3.11 is needed."
"$python" -c 'import venv, ensurepip' 2>/dev/null ||
	fail "Python の venv がありません(Debian では python3.11-venv)。" "Python's venv is missing (python3.11-venv on Debian)."
"$python" - "$here" <<'CHECK' || fail "この機械のための組ではありません。" "This bundle is for another kind of machine."
import json, pathlib, platform, sys
made = json.loads((pathlib.Path(sys.argv[1]) / "manifest.json").read_text())
sys.exit((made["system"], made["machine"]) != (platform.system(), platform.machine()))
CHECK
(cd "$here" && sha256sum --quiet --check SHA256SUMS) ||
	fail "ファイルが壊れています。もう一度写してください。" "A file is damaged. Copy the bundle again."
version=$("$python" -c 'import json, sys; print(json.load(open(sys.argv[1]))["kouken"])' "$here/manifest.json")
extras=$("$python" -c 'import json, sys; print(",".join(json.load(open(sys.argv[1]))["extras"]))' "$here/manifest.json")
mkdir -p "$prefix" 2>/dev/null && [ -w "$prefix" ] || fail "$prefix に書けません。" "Cannot write to $prefix."
free=$(df -Pk "$prefix" | awk 'NR == 2 { print int($4 / 1048576) }')
need=${KOUKEN_NEED_GIB:-5}
[ "$free" -ge "$need" ] ||
	fail "$prefix の空きが ${free} GiB しかありません(${need} GiB 要ります)。" "$prefix has $free GiB free; $need are needed."
old=
[ -x "$prefix/.venv/bin/kouken" ] && old=$prefix/.venv/bin/kouken
if [ -n "$old" ] && [ -z "$config" ]; then
	fail "すでに入っています。設定ファイルを --config で指定してください(先に控えを取ります)。" \
		"There is an installation already. Name its settings with --config: its store is backed up first."
fi
if [ -n "$old" ]; then
	case $("$old" status --config "$config" --json 2>/dev/null) in
	*'"state": "running"'*) fail "夜間バッチが動いています。終わってから入れてください。" "A night is running. Wait for its end." ;;
	esac
fi
echo "確かめました / checked: kouken $version → $prefix"
[ -z "$check_only" ] || exit 0

# --- the new version beside the old one
name=$version
[ "$(readlink "$prefix/.venv" 2>/dev/null || true)" != "versions/$version" ] || name=$version-$(date +%Y%m%dT%H%M%S)
new=$prefix/versions/$name # never the one in use
rm -rf "$new"
mkdir -p "$prefix/versions"
"$python" -m venv "$new"
"$new/bin/python" -m pip install --quiet --disable-pip-version-check --no-index --find-links "$here/wheels" \
	--constraint "$here/lock.txt" "kouken[$extras]==$version"
"$new/bin/python" -m pip check
"$new/bin/kouken" --help >/dev/null

# --- the store: a backup by the old program, then the new schema; whatever fails leaves the old version in use
if [ -n "$old" ]; then
	kept=${backup:-$prefix/backups}
	mkdir -p "$kept" && chmod 700 "$kept"
	"$old" backup --config "$config" --out "$kept/before-$version-$(date +%Y%m%dT%H%M%S).zip"
	"$new/bin/kouken" migrate --config "$config"
fi
ln -sfn "versions/$name" "$prefix/.venv.new" && mv -T "$prefix/.venv.new" "$prefix/.venv"
cp -R "$here/deploy" "$prefix/" && cp "$here/README.md" "$here/LICENSE" "$here/NOTICE" "$prefix/"
if [ -n "$config" ]; then "$prefix/.venv/bin/kouken" doctor --config "$config" || true; fi
echo "入れました / installed: $prefix/.venv/bin/kouken"
if [ -n "$old" ]; then
	echo "画面が動いていれば起こし直してください / restart the pages where they run: systemctl restart kouken-serve"
fi
echo "毎晩動かすには / to run it every night: $prefix/deploy/kouken-night.service"
echo "画面を出し続けるには / to keep the pages up: $prefix/deploy/kouken-serve.service"
