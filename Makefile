# Kouken: make demo, make test. Needs Python 3.11 and the package index, nothing else.
.DEFAULT_GOAL := help
SHELL := /bin/sh

PYTHON ?= $(shell for p in python3.11 python3 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
LOCK := .ci/lock.txt
DEMO := .demo
# One more than the two cores it is made for: tests often wait for a browser, a clock or a process.
PYTEST := $(BIN)/python -m pytest --numprocesses 3 --dist loadfile

export HF_HUB_OFFLINE := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help setup demo test test-all faults lint bench bundle clean

help: ## この一覧
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

setup: $(VENV)/.installed ## .venv を作り、実行に要るものを入れる

$(VENV)/.installed: pyproject.toml $(LOCK)
	@test -n "$(PYTHON)" || { echo 'Python 3.11 が見つかりません。入れてから、もう一度 make してください。(Python 3.11 is needed.)'; exit 1; }
	@echo '$(VENV) を用意しています(数分かかります) / preparing $(VENV), this takes some minutes'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=24'
	$(BIN)/python -m pip install --constraint $(LOCK) --editable .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --constraint $(LOCK) --editable '.[dev]'
	@touch $@

demo: setup ## 同梱の録音でひととおり動かし、http://127.0.0.1:8000 に結果を出す
	@KOUKEN_DATA_DIR=$(DEMO) $(BIN)/kouken demo
	@KOUKEN_DATA_DIR=$(DEMO) $(BIN)/kouken serve

test: $(VENV)/.installed-dev ## 試験(実際のモデルを使う遅いものを含む)
	$(PYTEST)

test-all: $(VENV)/.installed-dev ## test と faults をあわせて: すべての試験を、障害は書き込みの一回ごとに
	EVERY_WRITE=1 $(PYTEST)

faults: $(VENV)/.installed-dev ## わざと起こす障害の試験を、書き込みの一回ごとに
	EVERY_WRITE=1 $(PYTEST) -m fault

lint: $(VENV)/.installed-dev ## ruff と mypy --strict
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/.installed-dev ## 速さとメモリを測る(数分ずつ)
	for name in asr tag moments figures estimate night web; do $(BIN)/kouken bench $$name || exit 1; done

bundle: setup ## ネットワークのない機械に入れるための一式(wheel・重み・フォント)を dist/ に
	$(BIN)/python .ci/bundle.py dist

clean: ## .venv とデモの結果を消す
	rm -rf $(VENV) $(DEMO)
