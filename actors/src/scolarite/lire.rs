//! A cursus record as it comes, field by field, so that every fault is named at once. Unknown fields are left aside:
//! the scolarité may add some without a new version.

use bus::wire::scolarite::{Raison, VERSION};
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Map, Value};

use domain::profil::ine::{FauteIne, Ine};
use domain::profil::{Adresse, Baccalaureat, Fiche, Inscription, MAX_INSCRIPTIONS};

/// The most characters of a text.
const LONGUEUR_MAX: usize = 300;
/// The most first names.
const MAX_PRENOMS: usize = 20;

/// The record, or everything that is wrong with it.
pub(super) fn lire(octets: &[u8]) -> Result<Fiche, Vec<Raison>> {
    let objet = match serde_json::from_slice::<Value>(octets) {
        Ok(Value::Object(objet)) => objet,
        Ok(_) => return Err(vec![raison("", "forme", "Un objet JSON est attendu.")]),
        Err(erreur) => {
            let message = format!("Ce n'est pas du JSON : {erreur}");
            return Err(vec![raison("", "json_invalide", &message)]);
        }
    };
    let mut l = Lecture {
        chemin: String::new(),
        raisons: Vec::new(),
    };
    l.version(&objet);
    let ine = l.ine(&objet);
    let date_naissance = l.date(&objet);
    let emis_le = l.instant(&objet);
    let fiche = Fiche {
        ine: ine.unwrap_or_else(aucun),
        numero_etudiant: l.facultatif(&objet, "numero_etudiant"),
        nom: l.requis(&objet, "nom"),
        prenoms: l.prenoms(&objet),
        date_naissance: date_naissance.unwrap_or_default(),
        lieu_naissance: l.facultatif(&objet, "lieu_naissance"),
        nationalite: l.pays(&objet, "nationalite"),
        adresse: l.dans(&objet, "adresse", Lecture::adresse),
        baccalaureat: l.dans(&objet, "baccalaureat", Lecture::baccalaureat),
        inscriptions: l.inscriptions(&objet),
        emis_le: emis_le.unwrap_or_default(),
    };
    if l.raisons.is_empty() {
        Ok(fiche)
    } else {
        Err(l.raisons)
    }
}

pub(super) fn raison(champ: &str, code: &str, message: &str) -> Raison {
    Raison {
        champ: champ.to_owned(),
        code: code.to_owned(),
        message: message.to_owned(),
    }
}

/// Stands where the INE is at fault; the record is refused then.
fn aucun() -> Ine {
    Ine {
        valeur: String::new(),
        famille: domain::profil::ine::Famille::Ines,
    }
}

type Objet = Map<String, Value>;

struct Lecture {
    /// Of the object being read, with its dot.
    chemin: String,
    raisons: Vec<Raison>,
}

impl Lecture {
    fn faute(&mut self, champ: &str, code: &str, message: &str) {
        let champ = format!("{}{champ}", self.chemin);
        self.raisons.push(raison(&champ, code, message));
    }

    fn version(&mut self, objet: &Objet) {
        match objet.get("version").and_then(Value::as_u64) {
            Some(version) if version == u64::from(VERSION) => {}
            Some(_) => self.faute("version", "version_inconnue", "La version connue est 1."),
            None => self.faute("version", "manquant", "Donnez « version » : 1."),
        }
    }

    /// A text; empty ones and null are as if absent.
    fn facultatif(&mut self, objet: &Objet, champ: &str) -> Option<String> {
        match objet.get(champ)? {
            Value::String(texte) if texte.chars().count() > LONGUEUR_MAX => {
                let message = format!("Au plus {LONGUEUR_MAX} caractères.");
                self.faute(champ, "trop_long", &message);
                None
            }
            Value::String(texte) => {
                let texte = texte.trim();
                (!texte.is_empty()).then(|| texte.to_owned())
            }
            Value::Null => None,
            Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                self.faute(champ, "type", "Un texte est attendu.");
                None
            }
        }
    }

    fn requis(&mut self, objet: &Objet, champ: &str) -> String {
        let avant = self.raisons.len();
        let lu = self.facultatif(objet, champ);
        if lu.is_none() && self.raisons.len() == avant {
            self.faute(champ, "manquant", "Ce champ manque.");
        }
        lu.unwrap_or_default()
    }

    fn ine(&mut self, objet: &Objet) -> Option<Ine> {
        let texte = self.requis(objet, "ine");
        if texte.is_empty() {
            return None;
        }
        let (code, message) = match Ine::lire(&texte) {
            Ok(ine) => return Some(ine),
            Err(FauteIne::Forme) => ("ine_forme", "Un INE a 11 caractères, chiffres et lettres."),
            Err(FauteIne::Cle) => ("ine_cle", "La clé de cet INE n'est pas juste."),
        };
        self.faute("ine", code, message);
        None
    }

    fn date(&mut self, objet: &Objet) -> Option<Date> {
        let texte = self.requis(objet, "date_naissance");
        let date = texte.parse::<Date>().ok();
        if date.is_none() && !texte.is_empty() {
            self.faute("date_naissance", "date_invalide", "AAAA-MM-JJ est attendu.");
        }
        date
    }

    fn instant(&mut self, objet: &Objet) -> Option<Timestamp> {
        let texte = self.requis(objet, "emis_le");
        let instant = texte.parse::<Timestamp>().ok();
        if instant.is_none() && !texte.is_empty() {
            let message = "Un instant RFC 3339 est attendu, comme 2027-03-01T08:00:00+01:00.";
            self.faute("emis_le", "date_invalide", message);
        }
        instant
    }

    fn pays(&mut self, objet: &Objet, champ: &str) -> Option<String> {
        let code = self.facultatif(objet, champ)?.to_uppercase();
        if code.len() == 3 && code.bytes().all(|c| c.is_ascii_uppercase()) {
            return Some(code);
        }
        let message = "Un code ISO 3166-1 à trois lettres est attendu, comme FRA.";
        self.faute(champ, "pays_inconnu", message);
        None
    }

    fn prenoms(&mut self, objet: &Objet) -> Vec<String> {
        let Some(Value::Array(prenoms)) = objet.get("prenoms") else {
            let message = "Une liste d'au moins un prénom est attendue.";
            self.faute("prenoms", "manquant", message);
            return Vec::new();
        };
        let lus: Vec<String> = prenoms
            .iter()
            .filter_map(|p| p.as_str().map(str::trim))
            .filter(|p| !p.is_empty() && p.chars().count() <= LONGUEUR_MAX)
            .map(str::to_owned)
            .collect();
        if lus.is_empty() || lus.len() != prenoms.len() || lus.len() > MAX_PRENOMS {
            let message = format!("De 1 à {MAX_PRENOMS} prénoms, chacun un texte.");
            self.faute("prenoms", "prenoms_invalides", &message);
        }
        lus
    }

    /// An object within the record; its faults are named by their path.
    fn dans<T>(
        &mut self,
        objet: &Objet,
        champ: &str,
        lire: impl FnOnce(&mut Self, &Objet) -> T,
    ) -> Option<T> {
        match objet.get(champ)? {
            Value::Object(dedans) => {
                let ici = self.chemin.clone();
                self.chemin = format!("{ici}{champ}.");
                let lu = lire(self, dedans);
                self.chemin = ici;
                Some(lu)
            }
            Value::Null => None,
            Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                self.faute(champ, "type", "Un objet est attendu.");
                None
            }
        }
    }

    fn adresse(&mut self, objet: &Objet) -> Adresse {
        Adresse {
            pays: self.pays(objet, "pays").unwrap_or_else(|| "FRA".to_owned()),
            ligne1: self.requis(objet, "ligne1"),
            ligne2: self.facultatif(objet, "ligne2"),
            code_postal: self.facultatif(objet, "code_postal"),
            commune: self.requis(objet, "commune"),
            insee: None,
        }
    }

    fn baccalaureat(&mut self, objet: &Objet) -> Baccalaureat {
        let annee = objet.get("annee").and_then(Value::as_i64);
        let annee = annee.and_then(|a| i16::try_from(a).ok());
        if !annee.is_some_and(|a| (1950..=2100).contains(&a)) {
            self.faute("annee", "annee_invalide", "L'année du bac est attendue.");
        }
        Baccalaureat::Avec {
            annee: annee.unwrap_or_default(),
            serie: self.requis(objet, "serie"),
            specialites: Vec::new(),
            mention: self.facultatif(objet, "mention"),
            etablissement: self.facultatif(objet, "etablissement"),
            departement: self.facultatif(objet, "departement"),
            pays: None,
        }
    }

    fn inscriptions(&mut self, objet: &Objet) -> Vec<Inscription> {
        let lignes = match objet.get("inscriptions") {
            None | Some(Value::Null) => return Vec::new(),
            Some(Value::Array(lignes)) if lignes.len() <= MAX_INSCRIPTIONS => lignes,
            Some(_) => {
                let message =
                    format!("Une liste d'au plus {MAX_INSCRIPTIONS} années est attendue.");
                self.faute("inscriptions", "inscriptions_invalides", &message);
                return Vec::new();
            }
        };
        let mut lues = Vec::with_capacity(lignes.len());
        for (rang, ligne) in lignes.iter().enumerate() {
            let seule = Map::from_iter([(format!("inscriptions[{rang}]"), ligne.clone())]);
            let champ = format!("inscriptions[{rang}]");
            lues.extend(self.dans(&seule, &champ, |l, objet| Inscription {
                annee: l.requis(objet, "annee"),
                formation: l.requis(objet, "formation"),
                composante: l.facultatif(objet, "composante"),
                resultat: l.facultatif(objet, "resultat"),
                mention: l.facultatif(objet, "mention"),
            }));
        }
        lues
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BON: &str = r#"{"version":1,"ine":"0123456789M","numero_etudiant":"21904567","nom":"Martin",
        "prenoms":["Élise","Anne"],"date_naissance":"2003-04-05","lieu_naissance":"Lille","nationalite":"FRA",
        "adresse":{"ligne1":"1 rue du Port","code_postal":"59300","commune":"Valenciennes"},
        "baccalaureat":{"annee":2021,"serie":"GENERALE","mention":"AB"},
        "inscriptions":[{"annee":"2022-2023","formation":"L2 Informatique","resultat":"admis"}],
        "emis_le":"2027-01-10T08:00:00+01:00","champ_de_demain":true}"#;

    #[test]
    fn g37_un_enregistrement_entier_se_lit_et_un_champ_inconnu_se_neglige() {
        let fiche = lire(BON.as_bytes()).unwrap();
        assert_eq!(fiche.ine.valeur, "0123456789M");
        assert_eq!(fiche.prenoms.len(), 2);
        assert_eq!(fiche.adresse.unwrap().pays, "FRA");
        assert_eq!(fiche.inscriptions[0].resultat.as_deref(), Some("admis"));
    }

    #[test]
    fn g37_chaque_faute_est_nommee_avec_sa_place() {
        let faux = r#"{"version":2,"ine":"0123456789A","nom":" ","prenoms":[],"date_naissance":"hier",
            "nationalite":"France","adresse":{"commune":7},"baccalaureat":"S",
            "inscriptions":[{"annee":"2022-2023","formation":"L2"},{"annee":"2023-2024"},3]}"#;
        let raisons = lire(faux.as_bytes()).unwrap_err();
        let lues: Vec<_> = raisons
            .iter()
            .map(|r| format!("{} {}", r.champ, r.code))
            .collect();
        for attendue in [
            "version version_inconnue",
            "ine ine_cle",
            "nom manquant",
            "prenoms prenoms_invalides",
            "date_naissance date_invalide",
            "nationalite pays_inconnu",
            "adresse.ligne1 manquant",
            "adresse.commune type",
            "baccalaureat type",
            "inscriptions[1].formation manquant",
            "inscriptions[2] type",
            "emis_le manquant",
        ] {
            assert!(
                lues.iter().any(|l| l == attendue),
                "{attendue} in {lues:#?}"
            );
        }
        assert_eq!(lues.len(), 12, "{lues:#?}");
        for illisible in [&b"{"[..], b"[]", b"\xff\xfe", b""] {
            assert_eq!(lire(illisible).unwrap_err().len(), 1);
        }
    }
}
