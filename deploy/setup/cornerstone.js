// What the page of images uses of Cornerstone, bundled at set-up into one file of the site's own.
export { Enums, imageLoader, init, metaData, RenderingEngine, Settings, setUseCPURendering, utilities } from "@cornerstonejs/core";
export { addTool, Enums as ToolEnums, init as initTools, LengthTool, PanTool, StackScrollTool, ToolGroupManager, WindowLevelTool, ZoomTool } from "@cornerstonejs/tools";
