"""Writes `communes.txt` and `departements.txt` from the npm package `@etalab/decoupage-administratif` (MIT).

Use: npm install @etalab/decoupage-administratif && python3 src/data/communes.py node_modules src/data
"""
import json
import sys
from collections import defaultdict
from pathlib import Path

source = Path(sys.argv[1]) / "@etalab/decoupage-administratif/data"
sortie = Path(sys.argv[2])

communes = json.loads((source / "communes.json").read_text())
codes = {c["code"]: c.get("codesPostaux") or [] for c in communes if c["type"] == "commune-actuelle"}
par_code = defaultdict(list)
for commune in communes:
    # A former commune carries no postal code here: it takes those of the commune it joined, since
    # people still write its name.
    for code in commune.get("codesPostaux") or codes.get(commune.get("chefLieu"), []):
        par_code[code].append((commune["code"], commune["nom"], commune["type"]))

lignes = ["# code postal, then INSEE code and name of each commune it serves. From @etalab/decoupage-administratif."]
for code in sorted(par_code):
    vus, champs = set(), []
    actuelles = sorted(c for c in par_code[code] if c[2] == "commune-actuelle")
    autres = sorted(c for c in par_code[code] if c[2] != "commune-actuelle")
    for insee, nom, _ in actuelles + autres:
        if (insee, nom) not in vus:
            vus.add((insee, nom))
            champs.append(f"{insee} {nom}")
    lignes.append(code + "\t" + "\t".join(champs))
(sortie / "communes.txt").write_text("\n".join(lignes) + "\n")

departements = json.loads((source / "departements.json").read_text())
texte = ["# code and name of each département and overseas territory. From @etalab/decoupage-administratif."]
texte += [f"{d['code']}\t{d['nom']}" for d in sorted(departements, key=lambda d: d["code"])]
(sortie / "departements.txt").write_text("\n".join(texte) + "\n")
