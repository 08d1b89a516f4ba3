// For the check of the pages' scripts alone: the library's own types are a hundred times as long.
export const Enums: any, imageLoader: any, init: any, metaData: any;
export const RenderingEngine: any, Settings: any, setUseCPURendering: any, utilities: any;
export const addTool: any, ToolEnums: any, initTools: any, LengthTool: any, PanTool: any, StackScrollTool: any;
export const ToolGroupManager: any, WindowLevelTool: any, ZoomTool: any;
