// Reads {tables: {name: {column: type}}, queries: [text]} from standard input; writes, for each
// query, what Microsoft's parser has to say of it and which columns it returns.
"use strict";

require("@kusto/language-service-next/bridge.min.js");
require("@kusto/language-service-next/Kusto.Language.Bridge.min.js");

const each = (list) => Array.from({ length: list.Count }, (_, index) => list.getItem(index));

const { tables, queries } = JSON.parse(require("fs").readFileSync(0, "utf8"));
const { Symbols, GlobalState, KustoCode } = Kusto.Language;

// In brackets: a bare `kind` is a keyword, and would end the list of columns without a word.
const schema = (columns) =>
  `(${Object.entries(columns).map(([name, type]) => `['${name}']:${type}`).join(", ")})`;
const symbols = Object.entries(tables).map(
  ([name, columns]) => new Symbols.TableSymbol.$ctor7(name, schema(columns), null),
);
const globals = GlobalState.Default.WithDatabase(new Symbols.DatabaseSymbol.ctor("arg", symbols));

const told = queries.map((query) => {
  const code = KustoCode.ParseAndAnalyze(query, globals);
  return {
    errors: each(code.GetDiagnostics()).map((one) => `${one.Code}: ${one.Message}`),
    columns: each(code.ResultType?.Columns ?? { Count: 0 }).map((column) => column.Name),
  };
});
process.stdout.write(JSON.stringify(told));
