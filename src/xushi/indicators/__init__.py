"""指标：一份体系说明，加一张数据，算出得分、位次，并逐格说得清。不认得项目。

numpy、scipy 等只在真要算分的文件里引入，网页进程起动时不付这个代价。所以这里什么也不引入，用的时候从各文件取：

- `spec` 说明是什么。`reading`：`tree_of(文字)`、`spec_of(树)`、`read_spec(路径)`、`yaml_of(spec)` 说明进出；
  写错的是 `refusals.Refused`，里面每处一条 `Problem(path, sentence)`。
- `observing.Seen` 一个观测：数、范围或位次，口径、来源、状态。`reading.from_workbook(路径)` 从电子表格读出
  `Read(seen, attributes, notes)`；`data.gathered(seen, vintages=…, attributes=…)`、`table_of(文字, columns=…)`
  摆成 `Table`。
- `engine.build(spec, table, periods=None) -> Result`：`scores`、`ranks` 是期 × 单位 × 节点，次序见 `result.plan.codes`；
  `within` 是各组里的位次。
- `scenario.overlaid(spec, table, scenario) -> (spec, table)` 换几处再算，原来的不动；`with_changes` 只换说明。
- `tracing.cell(result, 单位, 指标)`、`trace(result)` 每一格怎么来的；`answer(result)` 是命令行 `--json` 的 `units`；
  `resting.by_unit`、`by_node` 结果有几成靠补的、缺的、范围、位次。
- `paying`：`gains` 每项好一步得几分，`thresholds` 前面的台阶，`alone` 单靠哪一项到得了，`cheapest_by` 最省的一组，
  `outlook` 剩下的月份；`trying.start_of(…).tried([…])` 一次试许多种。
- `uncertainty.study_of`、`uncertain` 位次有多稳；`sensitivity.sensitive`、`leave_one_out` 哪样决定要紧。
"""
