// The benchmark's job in DuckDB: the reference answer and the peer to beat.
//   npm install && node duck.mjs DATADIR OUTDIR [DBFILE]      two threads, 18 GB; WARM=1 adds the warm parts
// Writes OUTDIR/flags.csv and OUTDIR/stats.csv; prints one "part seconds" line for each part.
import fs from 'node:fs';
import readline from 'node:readline';
import { DuckDBInstance } from '@duckdb/node-api';

const [, , dataDir, outDir, dbFile = ':memory:'] = process.argv;
if (!dataDir || !outDir) {
  console.error('usage: node duck.mjs DATADIR OUTDIR [DBFILE]');
  process.exit(2);
}
fs.mkdirSync(outDir, { recursive: true });

const LINE_NOW = 1500000;
const LINE_TRIED = 1200000;
const COUNTY = 'hid // 1000000000000';
const FEN = (column) => `(${column} * 100)::BIGINT`;

// table: [file, columns of the file with the types of those used, what is kept]
const EXTRACTS = {
  med: ['medical', 'settle_id cid name settle_date:DATE kind:TINYINT hospital disease total_fee fund_pay assist_pay self_pay:MONEY',
    `settle_date AS day, kind, ${FEN('self_pay')} AS self_pay`],
  inc: ['income', 'cid name year kind payer amount:MONEY prev_amount:MONEY', `${FEN('amount')} AS amount, ${FEN('prev_amount')} AS prev`],
  sch: ['school', 'cid name school_code grade status:TINYINT report_date', 'status'],
  hou: ['housing', 'cid name house_no grade area eval_date', 'ascii(grade) - 64 AS grade'],
  dis: ['disability', 'cid name cert_no category level:TINYINT issue_date:DATE', 'level, issue_date AS issued'],
  veh: ['vehicle', 'cid name plate vtype price:MONEY reg_date', `${FEN('price')} AS price`],
  dib: ['dibao', 'cid name kind start_date monthly', 'NULL AS nothing'],
};
const ROSTER_COLUMNS =
  'cid name hid:BIGINT relation birth:DATE labour:TINYINT school health division hh_type:TINYINT water address';

const sql = (name) => fs.readFileSync(new URL(`./sql/${name}.sql`, import.meta.url), 'utf8');
const seconds = (from) => Number(process.hrtime.bigint() - from) / 1e9;

const instance = await DuckDBInstance.create(dbFile, {
  threads: '2',
  memory_limit: '18GB',
  preserve_insertion_order: process.env.PIO || 'false',
});
const db = await instance.connect();
const run = (text) => db.run(text);
const read = (text) => db.runAndReadAll(text);

function columnTypes(columns) {
  const typed = columns.split(' ').map((column) => {
    const [name, type = 'VARCHAR'] = column.split(':');
    return `'${name}': '${type === 'MONEY' ? 'DECIMAL(12,2)' : type}'`;
  });
  return `{${typed.join(', ')}}`;
}

// The rows of a file with k, the valid ID as a number or NULL.
function rowsOf(file, columns) {
  return `(SELECT *, id_key(t, n) AS k FROM (SELECT *, id_digits(t) AS n FROM (SELECT *, upper(trim(cid)) AS t FROM
    read_csv('${dataDir}/${file}.csv', header = true, delim = ',', quote = '"', escape = '"', auto_detect = false,
             columns = ${columnTypes(columns)}))))`;
}

const extractRows = (table, file) => `SELECT k, name, ${EXTRACTS[table][2]} FROM ${rowsOf(file, EXTRACTS[table][1])}`;

async function cold() {
  const start = process.hrtime.bigint();
  let last = start;
  const lap = (part) => {
    console.log(`${part} ${seconds(last).toFixed(3)}`);
    last = process.hrtime.bigint();
  };
  for (const macro of sql('id').split(';').filter((text) => text.trim())) await run(macro);
  await run(`CREATE TABLE reg_all AS SELECT k, name, hid, 2026 - year(birth) - (month(birth) > 6)::INT AS age, labour, hh_type
             FROM ${rowsOf('registry', ROSTER_COLUMNS)}`);
  await run('CREATE TABLE reg AS SELECT * FROM reg_all WHERE k IS NOT NULL');
  lap('roster');
  for (const table of Object.keys(EXTRACTS)) await run(`CREATE TABLE ${table} AS ${extractRows(table, EXTRACTS[table][0])}`);
  lap('ingest');
  for (const join of sql('match').split(';').filter((text) => text.trim())) await run(join);
  await run(`COPY (${sql('stats')}) TO '${outDir}/stats.csv' (HEADER)`);
  lap('match');
  await run(sql('features'));
  lap('agg');
  await run(`COPY (${sql('rules').replace('{line}', LINE_NOW)}) TO '${outDir}/flags.csv' (HEADER)`);
  lap('rules');
  console.log(`cold_total ${seconds(start).toFixed(3)}`);
}

async function repeat(part, times, job) {
  for (let i = 0; i < times; i++) {
    const start = process.hrtime.bigint();
    await job();
    console.log(`${part} ${seconds(start).toFixed(4)}`);
  }
}

// A changed threshold: counts by county, and who enters or leaves.
async function whatIf() {
  const hit = (line) => `(oop > ${line} AND htype <> 2)`;
  await read(`SELECT ${COUNTY} AS county, count(*) FILTER (WHERE ${hit(LINE_TRIED)}) AS tried, count(*) FILTER (WHERE ${hit(LINE_NOW)}) AS now
              FROM household GROUP BY 1`);
  await read(`SELECT hid, ${hit(LINE_TRIED)} AS enters FROM household WHERE ${hit(LINE_TRIED)} <> ${hit(LINE_NOW)}`);
}

// The rules that read medical features (R01, R02, R14, R15), those features taken from table t.
const medicalRules = (t) =>
  `[${t}.oop > ${LINE_NOW} AND h.htype <> 2, ${t}.oop * 2 > h.inc AND ${t}.oop > 500000, ${t}.oopmax > 1200000, ${t}.ninp >= 4]`;
const medicalFeatures = (rows) =>
  `SELECT hid, sum(self_pay) oop, max(self_pay) oopmax, count(*) FILTER (WHERE kind = 1) ninp FROM ${rows} GROUP BY hid`;
const CHANGED = `${medicalRules('w')} <> ${medicalRules('h')}`;

// Another window: only what depends on it is computed again.
async function movedWindow() {
  await run(`CREATE OR REPLACE TEMP TABLE w AS
    SELECT h.hid, coalesce(m.oop, 0) oop, coalesce(m.oopmax, 0) oopmax, coalesce(m.ninp, 0) ninp FROM household h
    LEFT JOIN (${medicalFeatures("m_med WHERE ok = 1 AND day BETWEEN '2025-07-01' AND '2026-06-30'")}) m ON m.hid = h.hid`);
  await read(`SELECT h.${COUNTY} AS county, count(*) FROM household h JOIN w ON w.hid = h.hid WHERE ${CHANGED} GROUP BY 1`);
  await read(`SELECT h.hid, ${medicalRules('w')} FROM household h JOIN w ON w.hid = h.hid WHERE ${CHANGED}`);
}

// The header and every twelfth line, a line at a time: a province's file is longer than a string may be.
async function writeMonth() {
  const out = fs.openSync(`${dataDir}/medical-month.csv`, 'w');
  let i = 0;
  for await (const line of readline.createInterface({ input: fs.createReadStream(`${dataDir}/medical.csv`) })) {
    if (i === 0 || (i % 12 === 0 && line)) fs.writeSync(out, `${line}\n`);
    i++;
  }
  fs.closeSync(out);
}

// One more month of medical rows: validated, matched, stored, its households judged again.
async function anotherMonth() {
  await run(`CREATE OR REPLACE TEMP TABLE fresh AS ${extractRows('med', 'medical-month')}`);
  await run('INSERT INTO med SELECT * FROM fresh');
  await run(`CREATE OR REPLACE TEMP TABLE matched AS
    SELECT r.hid, x.k, (r.name = x.name)::INT ok, x.day, x.kind, x.self_pay FROM fresh x LEFT JOIN reg r ON r.k = x.k`);
  await run('INSERT INTO m_med SELECT * FROM matched');
  await run(`CREATE OR REPLACE TEMP TABLE w AS
    SELECT h.hid, h.oop + m.oop oop, greatest(h.oopmax, m.oopmax) oopmax, h.ninp + m.ninp ninp FROM household h
    JOIN (${medicalFeatures("matched WHERE ok = 1 AND day BETWEEN '2025-01-01' AND '2025-12-31'")}) m ON m.hid = h.hid`);
  await read(`SELECT h.hid, ${medicalRules('w')} FROM household h JOIN w ON w.hid = h.hid WHERE ${CHANGED}`);
  await run('UPDATE household SET oop = w.oop, oopmax = w.oopmax, ninp = w.ninp FROM w WHERE w.hid = household.hid');
}

// The answers of the warm parts, for comparing with those of bench/warm; not timed.
const RULES = "['R01', 'R02', 'R14', 'R15']";
const keep = (name, text) => run(`COPY (${text}) TO '${outDir}/${name}.csv' (HEADER false)`);
const moves = (before, after) => `SELECT hid, rule, after::INT FROM (
  SELECT h.hid, unnest(${RULES}) AS rule, unnest(${medicalRules('h')}) AS before, unnest(${after}) AS after
  FROM ${before} h JOIN w ON w.hid = h.hid) WHERE before <> after`;

async function keepLine() {
  const hit = (line) => `(oop > ${line} AND htype <> 2)`;
  await keep('whatif', `SELECT hid, ${hit(LINE_NOW)}::INT, ${hit(LINE_TRIED)}::INT FROM household WHERE ${hit(LINE_TRIED)} <> ${hit(LINE_NOW)}`);
  await keep('whatif-county', `SELECT * FROM (SELECT ${COUNTY} AS county, count(*) FILTER (WHERE ${hit(LINE_NOW)}) AS now,
    count(*) FILTER (WHERE ${hit(LINE_TRIED)}) AS tried FROM household GROUP BY 1) WHERE now + tried > 0`);
}

await cold();
if (process.env.WARM) {
  await repeat('peer-whatif', 7, whatIf);
  await keepLine();
  await repeat('peer-window', 5, movedWindow);
  await keep('window', moves('household', medicalRules('w')));
  await writeMonth();
  await run('CREATE TABLE before AS SELECT * FROM household');
  await repeat('peer-month', 1, anotherMonth);
  await keep('month', moves('before', medicalRules('w')));
  await repeat('peer-month', 2, anotherMonth);
}
const version = await read('SELECT version()');
console.error(`duckdb ${version.getRows()[0][0]}, peak ${Math.trunc(process.resourceUsage().maxRSS / 1024)} MB`);
