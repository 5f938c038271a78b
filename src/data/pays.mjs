// Writes `pays.txt` from the npm package `i18n-iso-countries` (MIT).
// Use: npm install i18n-iso-countries && node src/data/pays.mjs node_modules src/data
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [, , modules, sortie] = process.argv;
const lire = (nom) => JSON.parse(readFileSync(join(modules, "i18n-iso-countries", nom), "utf8"));
const premier = (nom) => (Array.isArray(nom) ? nom[0] : nom);
const fr = lire("langs/fr.json").countries;
const en = lire("langs/en.json").countries;
const lignes = lire("codes.json")
  .filter(([deux]) => fr[deux] && en[deux])
  .map(([deux, trois]) => [trois, premier(fr[deux]), premier(en[deux])])
  .sort((a, b) => a[1].localeCompare(b[1], "fr"))
  .map((champs) => champs.join("\t"));
const tete = "# ISO 3166-1 alpha-3, French name, English name, in French order. From i18n-iso-countries.";
writeFileSync(join(sortie, "pays.txt"), [tete, ...lignes].join("\n") + "\n");
