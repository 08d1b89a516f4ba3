// Languages by their ISO 639-1 code; on the rota they are skills, as language:pl.
export const LANGUAGES = "ar bg bn cs da de el en es et fa fi fr he hi hr hu it ja ko lt lv nl no pa pl ps pt ro ru sk sl so sq sr sv ta th ti tr uk ur vi zh".split(" ");
export const languageName = (code) => new Intl.DisplayNames(["en"], { type: "language" }).of(code) ?? code;
