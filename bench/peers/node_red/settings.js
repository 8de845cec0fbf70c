// One flow, no editor, no files written while it runs.
const fs = require("fs");
const path = require("path");
const Ajv = require("ajv/dist/2020");
const formats = require("ajv-formats");

const workload = process.env.WORKLOAD;
const schema = path.join(workload, "contracts/bench.title-inquiry/1.0.request.schema.json");
const ajv = new Ajv({ strict: false });
formats(ajv);

module.exports = {
  uiPort: Number(process.env.PORT),
  uiHost: "127.0.0.1",
  httpAdminRoot: false,
  userDir: process.env.USER_DIR,
  flowFile: path.join(__dirname, "flow.json"),
  functionGlobalContext: {
    isValid: ajv.compile(JSON.parse(fs.readFileSync(schema, "utf-8"))),
    backend: process.env.BACKEND,
  },
  logging: { console: { level: "warn", metrics: false, audit: false } },
};
