# 序时：两条命令就能用：make demo 看演示区，make test 跑全部测试。
BIN := .venv/bin
export XUSHI_HOME ?= $(CURDIR)/var

.PHONY: demo province serve test check bench faults format requirements clean

demo: .venv/.base
	XUSHI_NOW=$${XUSHI_NOW:-2018-09-12T08:30} $(BIN)/xushi demo

# 一个省：100个区各1,000个项目、20,000人，放在 var-province；小一点看：make province DISTRICTS=10 PROJECTS=200 PEOPLE=2000
province: export XUSHI_HOME = $(CURDIR)/var-province
province: .venv/.base
	PYTHONPATH=. $(BIN)/python -m bench.province --districts $${DISTRICTS:-100} --projects $${PROJECTS:-1000} --people $${PEOPLE:-20000}

serve: .venv/.base
	$(BIN)/xushi serve

# 先在 SQLite 上跑全部（含真浏览器），再在 PostgreSQL 上跑碰得到数据库、两种库又可能答得不同的（不再跑的见 tests/alike.py），
# 浏览器的只跑督办单的一生和例会。
# 编译过的留着，第二遍和测试里起的进程不必再编译。清空全库的测试要排在每个进程的最后（连预置的目录、日历也清），
# 所以照次序分发：不用 worksteal、loadfile
PYTEST := $(BIN)/pytest -n auto --dist load
test: export PYTHONDONTWRITEBYTECODE =
test: .venv/.dev
	@sh .ci/chromium
	@sh .ci/vtest
	env -u DATABASE_URL $(PYTEST)
	$(BIN)/python -m tests.with_postgres $(PYTEST) -m "not e2e or both" --only-database

check: .venv/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	PYTHONPATH=src $(BIN)/lint-imports
	$(BIN)/djlint src --lint --quiet
	env -u DATABASE_URL $(BIN)/xushi makemigrations --check --dry-run

format: .venv/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# 重新测 docs/performance.md 里的数，约十分钟；全部规模另加 --sizes 450,10000,100000
bench: .venv/.dev
	$(BIN)/python bench/run.py

# 一夜的故障演练：两种数据库各杀一千次，每120次停下来核一遍；短的在 make test 里
faults: .venv/.dev
	$(BIN)/python -m bench.faults --kills 1000 --look 120 --seed $${SEED:-1}
	$(BIN)/python -m bench.faults --kills 1000 --look 120 --seed $${SEED:-1} --database postgresql --pgbouncer

# 改了 requirements/*.in 之后：重新定版本、定散列
requirements:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --custom-compile-command "make requirements" requirements/base.in -o requirements/base.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --custom-compile-command "make requirements" requirements/s3.in -o requirements/s3.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --custom-compile-command "make requirements" requirements/dev.in -o requirements/dev.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --custom-compile-command "make requirements" requirements/video.in -o requirements/video.txt

.venv/.base: requirements/base.txt requirements/video.txt pyproject.toml
	sh .ci/venv requirements/base.txt requirements/video.txt
	@touch $@

.venv/.dev: requirements/base.txt requirements/video.txt requirements/s3.txt requirements/dev.txt pyproject.toml
	sh .ci/venv requirements/base.txt requirements/video.txt requirements/s3.txt requirements/dev.txt
	@touch $@ .venv/.base

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
