"""导入的结果怎么说：JSON 给机器，几行字给人。"""

from typing import Any

from xushi.core.money import plain, yi
from xushi.exchange.preview import Preview
from xushi.exchange.understanding import Problem
from xushi.journal.models import Event

MOST_SHOWN = 50


def as_json(seen: Preview, file_name: str, event: Event | None) -> dict[str, Any]:
    """Everything about one import; amounts in 亿元 as decimal strings."""
    return {
        "ok": not seen.must,
        "committed": event is not None,
        "event": event.pk if event else None,
        "file": file_name,
        "sheet": seen.found.sheet.name,
        "kind": seen.kind.key,
        "rows": seen.rows,
        "skipped": seen.skipped,
        **seen.counts,
        "absent": len(seen.absent),
        "unit": seen.found.told.amount_unit or seen.found.layout.unit,
        "columns": {
            name: seen.found.layout.labels.get(at, "") for name, at in seen.found.layout.columns.items()
        },
        "understood": [{"note": note, "count": count} for note, count in seen.found.note_groups()],
        "totals": [
            {"name": name, "before": plain(yi(before)), "after": plain(yi(after))}
            for name, before, after in seen.totals
        ],
        "problems": [problem_json(problem) for problem in seen.must],
        "checks": [problem_json(problem) for problem in seen.checks],
        "differences": [
            {"row": d.row + 1, "project": d.name, "field": d.label, "old": d.old, "new": d.new}
            for d in seen.differences[:1000]
        ],
    }


def problem_json(problem: Problem) -> dict[str, Any]:
    return {
        "cell": problem.address,
        "row": problem.row + 1 if problem.row >= 0 else None,
        "column": problem.address.rstrip("0123456789") if problem.column >= 0 else None,
        "written": problem.written,
        "sentence": problem.sentence,
        "answers": [{"label": choice.label, "answer": choice.answer} for choice in problem.choices],
    }


def as_lines(told: dict[str, Any]) -> list[str]:
    """What a person reads in the terminal."""
    if "error" in told:
        return [told["error"], *_problem_lines(told["problems"])]
    verdict = "已入库" if told["committed"] else "没有入库" if told["problems"] else "预览，没有入库"
    if told["ok"] and not told["committed"] and not told["new"] + told["changed"]:
        verdict = "来表与库里一样，没有要入库的"
    counts = f"新增{told['new']}、改动{told['changed']}、不变{told['unchanged']}，表里没有{told['absent']}"
    lines = [f"{told['file']}：{told['rows']}行，{counts}。{verdict}。"]
    if told.get("new_projects"):
        lines.append(f"新建{told['new_projects']}个项目。")
    lines += [f"{t['name']}由{t['before']}变为{t['after']}亿元。" for t in told["totals"]]
    lines += [f"自动认出：{u['note']}，{u['count']}处。" for u in told["understood"]]
    if told["problems"]:
        lines.append(f"要改的{len(told['problems'])}处，改完才能入库：")
    return [
        *lines,
        *_problem_lines(told["problems"]),
        *(f"待核 {c['cell']}：{c['sentence']}" for c in told["checks"]),
    ]


def _problem_lines(problems: list[dict[str, Any]]) -> list[str]:
    lines = [
        f"  {p['cell']} “{p['written']}” {p['sentence']}"
        + (f"（可答：{'、'.join(a['answer'] for a in p['answers'])}）" if p["answers"] else "")
        for p in problems[:MOST_SHOWN]
    ]
    more = len(problems) - MOST_SHOWN
    return [*lines, f"  还有{more}处，用 --json 看全部。"] if more > 0 else lines
