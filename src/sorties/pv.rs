//! The minutes of a commission as a spreadsheet: read, line by line, whatever program wrote it.

use std::io::{Cursor, Read};

use calamine::{Data, Reader, Xlsx};
use domain::campagne::Catalogue;
use domain::formulaires::AvisForm;
use domain::langue::Langue;
use unicode_normalization::UnicodeNormalization;

use super::mots;

/// The most bytes of a file.
pub const MAX_OCTETS: usize = 2 * 1024 * 1024;
/// The most bytes a workbook may unpack to (Q19).
const MAX_DEPLIE: u64 = 64 * 1024 * 1024;
/// The most lines.
pub const MAX_LIGNES: usize = 5_000;

/// Why a file is no minutes: code, French, English.
pub type Illisible = (&'static str, &'static str, &'static str);

const ABIME: Illisible = (
    "classeur_illisible",
    "Ce classeur ne se lit pas : il est abîmé, ou protégé par un mot de passe. Enregistrez-le à nouveau en .xlsx ou en .csv.",
    "This workbook cannot be read: it is damaged, or protected by a password. Save it again as .xlsx or .csv.",
);
const TROP_GROS: Illisible = (
    "pv_trop_gros",
    "Ce procès-verbal est trop gros : 5 000 lignes et 2 Mo au plus. Coupez-le par formation.",
    "These minutes are too large: 5,000 lines and 2 MB at most. Split them by programme.",
);
const SANS_COLONNES: Illisible = (
    "colonnes_absentes",
    "La première ligne doit nommer les colonnes : « dossier » ou « numéro », puis « avis » ; « rang », « motif » et « commentaire » si besoin.",
    "The first line must name the columns: “dossier” or “numéro”, then “avis”; “rang”, “motif” and “commentaire” where needed.",
);

/// A line as it is in the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ligne {
    /// Its number there, from 1.
    pub rang_fichier: usize,
    /// The dossier's id.
    pub dossier: String,
    /// The candidate's number.
    pub numero: String,
    /// The rest as typed.
    pub avis: String,
    /// The rank.
    pub rang: String,
    /// Code or label.
    pub motif: String,
    /// To the candidate.
    pub commentaire: String,
}

impl Ligne {
    /// Whether the jury said something.
    pub fn remplie(&self) -> bool {
        !self.avis.is_empty()
    }

    /// The decision as the form of one dossier has it; the form then finds every fault.
    pub fn formulaire(&self, catalogue: &Catalogue) -> AvisForm {
        let vide = |texte: &str| Some(texte.to_owned()).filter(|t| !t.is_empty());
        AvisForm {
            avis: vide(&avis(&self.avis)),
            // What is no number is none, and the form says that it is missing.
            rang: nombre(&self.rang),
            motif: vide(&motif(&self.motif, catalogue)),
            commentaire: vide(&self.commentaire),
            convocation: None,
            appel: false,
        }
    }

    /// Whether something stands where the rank is, that is none.
    pub fn rang_illisible(&self) -> bool {
        !self.rang.is_empty() && nombre(&self.rang).is_none()
    }
}

/// `3`, `3.0`, « 3e ».
fn nombre(texte: &str) -> Option<u32> {
    let texte = texte.trim().trim_end_matches(['e', 'è', 'r']);
    let texte = texte
        .strip_suffix(".0")
        .or(texte.strip_suffix(",0"))
        .unwrap_or(texte);
    texte.parse().ok()
}

/// The code of an avis, from its code, its label in either language, or its letters; what is none stays.
fn avis(texte: &str) -> String {
    let plat = plat(texte);
    let lettres = ["fa", "de", "lc", "la", "pr"];
    let connu = mots::AVIS
        .iter()
        .zip(lettres)
        .find(|((code, fr, en), lettres)| {
            [plat.as_str(), plat.trim_start_matches("avis ")]
                .iter()
                .any(|dit| {
                    [self::plat(code), self::plat(fr), self::plat(en)]
                        .iter()
                        .any(|m| m == dit)
                        || dit == lettres
                })
        });
    connu.map_or_else(|| texte.to_owned(), |((code, ..), _)| (*code).to_owned())
}

/// The code of a reason, from its code or its label; what is none stays.
fn motif(texte: &str, catalogue: &Catalogue) -> String {
    let dit = plat(texte);
    let connu = catalogue.motifs.values().find(|m| {
        let noms = [
            m.code.as_str(),
            m.libelle.dans(Langue::Fr),
            m.libelle.dans(Langue::En),
        ];
        noms.iter().any(|nom| plat(nom) == dit)
    });
    connu.map_or_else(|| texte.to_owned(), |m| m.code.to_string())
}

/// Accents, case, and what stands between words ignored.
fn plat(texte: &str) -> String {
    let lettres = texte.nfd().filter(|c| !('\u{300}'..='\u{36f}').contains(c));
    let plat: String = lettres
        .map(|c| {
            if matches!(c, '_' | '’' | '\'' | '.' | '°') {
                ' '
            } else {
                c
            }
        })
        .collect();
    let mots: Vec<&str> = plat.split_whitespace().collect();
    mots.join(" ").to_lowercase()
}

/// Reads minutes, XLSX or CSV.
///
/// # Errors
/// [`Illisible`].
pub fn lire(octets: &[u8]) -> Result<Vec<Ligne>, Illisible> {
    if octets.len() > MAX_OCTETS {
        return Err(TROP_GROS);
    }
    let table = if octets.starts_with(b"PK") {
        lire_classeur(octets)?
    } else {
        lire_csv(octets)?
    };
    interpreter(table)
}

type Table = Vec<Vec<String>>;

/// Unpacks once into nothing, so that a small file never becomes a large one in memory.
fn mesurer(octets: &[u8]) -> Result<(), Illisible> {
    let mut zip = zip::ZipArchive::new(Cursor::new(octets)).map_err(|_| ABIME)?;
    let mut reste = MAX_DEPLIE;
    for rang in 0..zip.len() {
        let entree = zip.by_index(rang).map_err(|_| ABIME)?;
        let mut borne = entree.take(reste + 1);
        let lus = std::io::copy(&mut borne, &mut std::io::sink()).map_err(|_| ABIME)?;
        reste = reste.checked_sub(lus).ok_or(TROP_GROS)?;
    }
    Ok(())
}

fn lire_classeur(octets: &[u8]) -> Result<Table, Illisible> {
    mesurer(octets)?;
    // The reader is not ours: whatever is in the file, this comes back.
    let lu = std::panic::catch_unwind(|| {
        let mut classeur: Xlsx<_> = Xlsx::new(Cursor::new(octets)).ok()?;
        let feuille = classeur.worksheet_range_at(0)?.ok()?;
        if feuille.height() > MAX_LIGNES + 1 {
            return Some(Err(TROP_GROS));
        }
        let lignes = feuille
            .rows()
            .map(|ligne| ligne.iter().map(texte).collect());
        // The range begins where the first cell is.
        let avant = feuille.start().map_or(0, |(ligne, _)| ligne as usize);
        let vides = std::iter::repeat_n(Vec::new(), avant.min(MAX_LIGNES));
        Some(Ok(vides.chain(lignes).collect()))
    });
    lu.ok().flatten().unwrap_or(Err(ABIME))
}

fn texte(cellule: &Data) -> String {
    cellule.to_string().trim().to_owned()
}

fn lire_csv(octets: &[u8]) -> Result<Table, Illisible> {
    // What is no UTF-8 was written by an older spreadsheet: Latin letters, one octet each.
    let texte = match std::str::from_utf8(octets) {
        Ok(texte) => texte.trim_start_matches('\u{feff}').to_owned(),
        Err(_) => octets.iter().map(|o| char::from(*o)).collect(),
    };
    let premiere = texte.lines().next().unwrap_or_default();
    let separateur = [b';', b'\t', b',']
        .into_iter()
        .max_by_key(|s| premiere.bytes().filter(|o| o == s).count());
    let mut lecteur = ::csv::ReaderBuilder::new()
        .delimiter(separateur.unwrap_or(b';'))
        .has_headers(false)
        .flexible(true)
        .from_reader(texte.as_bytes());
    let mut table = Table::new();
    for ligne in lecteur.records() {
        let ligne = ligne.map_err(|_| ABIME)?;
        if table.len() > MAX_LIGNES {
            return Err(TROP_GROS);
        }
        // The apostrophe our own exports put before what looks like a formula.
        let case = |c: &str| c.trim().strip_prefix('\'').unwrap_or(c.trim()).to_owned();
        table.push(ligne.iter().map(case).collect());
    }
    Ok(table)
}

/// Which field a heading names.
fn champ(titre: &str) -> Option<fn(&mut Ligne) -> &mut String> {
    Some(match plat(titre).as_str() {
        "dossier" | "application" | "id" | "numero de dossier" => |l| &mut l.dossier,
        "numero" | "numero de candidat" | "candidat" | "n" | "candidate number" => {
            |l| &mut l.numero
        }
        "avis" | "decision" => |l| &mut l.avis,
        "rang" | "rank" => |l| &mut l.rang,
        "motif" | "reason" => |l| &mut l.motif,
        "commentaire" | "comment" => |l| &mut l.commentaire,
        _ => return None,
    })
}

fn interpreter(table: Table) -> Result<Vec<Ligne>, Illisible> {
    let mut lignes = (1..).zip(table);
    // Empty lines above the headings do no harm.
    let entete = lignes.find(|(_, l)| l.iter().any(|c| !c.is_empty()));
    let (_, entete) = entete.ok_or(SANS_COLONNES)?;
    let champs: Vec<_> = entete.iter().map(|titre| champ(titre)).collect();
    let nomme = |temoin: fn(&Ligne) -> &String| {
        champs.iter().flatten().any(|champ| {
            let mut essai = Ligne::default();
            champ(&mut essai).push('x');
            !temoin(&essai).is_empty()
        })
    };
    if !nomme(|l| &l.avis) || !(nomme(|l| &l.dossier) || nomme(|l| &l.numero)) {
        return Err(SANS_COLONNES);
    }
    let mut lues = Vec::new();
    for (rang_fichier, cases) in lignes {
        let mut ligne = Ligne {
            rang_fichier,
            ..Ligne::default()
        };
        for (champ, case) in champs.iter().zip(cases) {
            if let Some(champ) = champ {
                *champ(&mut ligne) = case;
            }
        }
        let vide = Ligne {
            rang_fichier,
            ..Ligne::default()
        };
        if ligne != vide {
            lues.push(ligne);
        }
    }
    if lues.len() > MAX_LIGNES {
        return Err(TROP_GROS);
    }
    Ok(lues)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(octets: &[u8]) -> &'static str {
        lire(octets).map_or_else(|e| e.0, |_| "lu")
    }

    #[test]
    fn un_pv_se_lit_quel_que_soit_le_tableur() {
        let attendue = |rang_fichier| Ligne {
            rang_fichier,
            numero: "ABCDEFGH".to_owned(),
            avis: "Liste complémentaire".to_owned(),
            rang: "3".to_owned(),
            commentaire: "a;b".to_owned(),
            ..Ligne::default()
        };
        let csv = "\u{feff}Numéro;Nom;Avis;Rang;Motif;Commentaire\r\nABCDEFGH;Martin;Liste complémentaire;3;;\"a;b\"\r\n;;;;;\r\n";
        assert_eq!(lire(csv.as_bytes()), Ok(vec![attendue(2)]));
        let latin: Vec<u8> = csv
            .trim_start_matches('\u{feff}')
            .chars()
            .map(|c| u8::try_from(u32::from(c)).unwrap())
            .collect();
        assert_eq!(lire(&latin), Ok(vec![attendue(2)]));
        let tab =
            "candidate number\tdecision\trank\tcomment\nABCDEFGH\tListe complémentaire\t3\ta;b\n";
        assert_eq!(lire(tab.as_bytes()), Ok(vec![attendue(2)]));
    }

    #[test]
    fn un_avis_se_dit_de_plusieurs_facons() {
        for (dit, attendu) in [
            ("Favorable", "favorable"),
            ("avis défavorable", "defavorable"),
            ("LC", "liste_complementaire"),
            ("liste_attente", "liste_attente"),
            ("Waiting list", "liste_complementaire"),
            ("peut-être", "peut-être"),
        ] {
            assert_eq!(avis(dit), attendu);
        }
        assert_eq!(
            ["3", "3.0", "2e", "1er", "x", "-1"].map(nombre),
            [Some(3), Some(3), Some(2), Some(1), None, None]
        );
    }

    #[test]
    fn q19_un_fichier_hostile_est_refuse_avec_sa_raison() {
        assert_eq!(code(b""), "colonnes_absentes");
        assert_eq!(code(b"nom;prenom\na;b\n"), "colonnes_absentes");
        assert_eq!(code(b"PK\x03\x04rien"), "classeur_illisible");
        assert_eq!(code(&vec![b'a'; MAX_OCTETS + 1]), "pv_trop_gros");
        let long = format!("numero;avis\n{}", "A;FA\n".repeat(MAX_LIGNES + 1));
        assert_eq!(code(long.as_bytes()), "pv_trop_gros");
    }

    proptest::proptest! {
        #[test]
        fn aucun_contenu_ne_fait_echouer_la_lecture(bruit: Vec<u8>, texte in "\\PC{0,200}") {
            code(&bruit);
            code(&[b"PK".as_slice(), &bruit].concat());
            code(format!("numero;avis;rang\n{texte}").as_bytes());
        }
    }
}
