// Trends drawn again from the tables that stand in the page, for hover and reading aloud; without this script the server's lines stay.
import { init } from "/static/vendor/echarts.js";

const INK = "#1f2328", QUIET = "#5b6470", HAIR = "#e4e1da", PAPER = "#fbfaf7";
const COLOURS = { appeal: "#c98a00", enablement: "#00806b", proposal: "#7b52b9", churn: "#b3261e", grr: "#8d8676", upsell: "#8d8676", team: "#8d8676" };
const DASHES = { enablement: [7, 3], proposal: [2, 3], grr: [6, 3], upsell: [6, 3], team: [6, 3] };
const SHAPES = { appeal: "circle", enablement: "triangle", proposal: "rect" };
const FONT = '"BIZ UDPGothic", "Yu Gothic UI", sans-serif';

function read(table) {
  const heads = [...table.tHead.rows[0].cells];
  const rows = [...table.tBodies[0].rows];
  return {
    months: rows.map((row) => row.querySelector("[data-month]").textContent),
    changes: rows.map((row) => row.querySelector("[data-change]")?.textContent ?? ""),
    series: heads.flatMap((head, column) => (head.dataset.key ? [{
      key: head.dataset.key,
      name: head.textContent,
      values: rows.map((row) => (row.cells[column].dataset.value === "" ? null : Number(row.cells[column].dataset.value))),
      texts: rows.map((row) => row.cells[column].textContent),
    }] : [])),
    last: rows.map((row) => row.cells[heads.length - 1].textContent),
    lastName: heads.at(-1).dataset.key ? "" : heads.at(-1).textContent,
  };
}

function line(parent, name, value, quiet) {
  const row = parent.appendChild(document.createElement("span"));
  const label = row.appendChild(document.createElement(quiet ? "em" : "i"));
  label.textContent = name;
  row.append(value);
}

function hover(told, place) {
  const box = document.createElement("div");
  box.className = "hover";
  box.appendChild(document.createElement("b")).textContent = told.months[place];
  for (const series of told.series) line(box, series.name, series.texts[place]);
  if (told.lastName) line(box, told.lastName, told.last[place], true);
  if (told.changes[place]) line(box, told.changes[place], "", true);
  return box;
}

function options(told, ticks, title) {
  const marks = told.changes.flatMap((words, place) => (words ? [{ xAxis: place, name: words }] : []));
  const axis = { axisLabel: { color: QUIET, fontFamily: FONT, fontSize: 11 }, axisTick: { show: false } };
  return {
    animation: false,
    textStyle: { fontFamily: FONT, color: INK },
    aria: { enabled: true, label: { description: title } },
    grid: { left: 58, right: 30, top: 10, bottom: 24 },
    tooltip: { trigger: "axis", confine: true, backgroundColor: "#fff", borderColor: HAIR, padding: 10, textStyle: { color: INK }, extraCssText: "box-shadow:none;", formatter: (items) => hover(told, items[0].dataIndex) },
    xAxis: { type: "category", data: told.months, axisLine: { lineStyle: { color: HAIR } }, ...axis },
    yAxis: { type: "value", min: ticks.low, max: ticks.high, interval: (ticks.high - ticks.low) / 2, splitLine: { lineStyle: { color: HAIR } }, axisLabel: { ...axis.axisLabel, formatter: (value) => ticks.texts.get(nearest(ticks, value)) ?? "" } },
    series: told.series.map((series, position) => ({
      type: "line",
      name: series.name,
      data: series.values,
      symbol: SHAPES[series.key] ?? "circle",
      symbolSize: 6,
      color: COLOURS[series.key] ?? "#1b4b7a",
      lineStyle: { width: 2, type: DASHES[series.key] ?? "solid" },
      markLine: position ? undefined : { silent: true, symbol: "none", label: { show: false }, lineStyle: { color: INK, type: [2, 3], width: 1 }, data: marks },
    })),
  };
}

const nearest = (ticks, value) => [0, 1, 2].find((step) => Math.abs(ticks.low + step * (ticks.high - ticks.low) / 2 - value) < 1e-9);

function ticksOf(figure) {
  const texts = [...figure.querySelectorAll(".plot li")].map((item) => item.textContent);
  const plot = figure.querySelector(".plot");
  return { low: Number(plot.dataset.low), high: Number(plot.dataset.high), texts: new Map([[2, texts[0]], [1, texts[1]], [0, texts[2]]]) };
}

function draw(figure) {
  const told = read(figure.querySelector("table"));
  const place = document.createElement("div");
  place.className = "drawn";
  figure.querySelector(".plot").before(place);
  figure.classList.add("is-drawn");
  const chart = init(place, null, { renderer: "svg" });
  chart.setOption(options(told, ticksOf(figure), figure.querySelector("figcaption b").textContent));
  new ResizeObserver(() => chart.resize()).observe(place);
}

for (const figure of document.querySelectorAll("[data-trend]")) draw(figure);
