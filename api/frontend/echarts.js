// Only the parts of ECharts that the trends use: lines, their bands and marks, axes, hover, and words for screen readers.
import { use, init } from "echarts/core";
import { LineChart, CustomChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import { SVGRenderer } from "echarts/renderers";

use([LineChart, CustomChart, AriaComponent, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent, SVGRenderer]);

export { init };
