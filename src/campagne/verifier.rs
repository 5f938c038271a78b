//! Checks what the forms of the file cannot: references, duplicates, dates. All faults at once.

use std::collections::HashSet;

use domain::campagne::{
    Campagne, Centre, Commission, Composante, Evenement, Formation, Motif, PieceDef,
};
use jiff::{SignedDuration, Timestamp};
use toml::Spanned;
use toml::value::Datetime;

use super::forme::{CentreToml, CommissionToml, Fichier, FormationToml, Libelle, PieceToml, texte};

/// One fault of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FauteFichier {
    /// From 1.
    pub ligne: usize,
    /// What is wrong and what to do.
    pub message: String,
}

impl std::fmt::Display for FauteFichier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ligne {} : {}", self.ligne, self.message)
    }
}

struct Lecture<'a> {
    source: &'a str,
    fautes: Vec<FauteFichier>,
    ici: usize,
}

impl Lecture<'_> {
    fn a<T>(&mut self, element: &Spanned<T>) {
        self.ici = ligne(self.source, element.span().start);
    }

    fn faute(&mut self, message: String) {
        self.fautes.push(FauteFichier {
            ligne: self.ici,
            message,
        });
    }

    fn instant(&mut self, champ: &str, date: &Datetime) -> Timestamp {
        date.to_string().parse().unwrap_or_else(|_| {
            self.faute(format!(
                "{champ} : {date} n'est pas un instant ; écrivez date, heure et décalage, comme 2027-02-01T08:00:00+01:00"
            ));
            Timestamp::UNIX_EPOCH
        })
    }

    fn facultatif(&mut self, champ: &str, date: Option<&Datetime>) -> Option<Timestamp> {
        date.map(|date| self.instant(champ, date))
    }

    fn duree(&mut self, champ: &str, duree: Option<String>) -> Option<String> {
        if let Some(texte) = &duree
            && texte.parse::<jiff::Span>().is_err()
        {
            self.faute(format!(
                "{champ} : « {texte} » n'est pas une durée ISO 8601, comme P7D"
            ));
        }
        duree
    }

    fn connu(&mut self, champ: &str, code: &str, connus: &HashSet<String>) {
        if !connus.contains(code) {
            self.faute(format!(
                "{champ} : « {code} » n'est défini nulle part dans ce fichier"
            ));
        }
    }

    /// The codes of one kind, each once.
    fn codes<T>(
        &mut self,
        genre: &str,
        elements: &[Spanned<T>],
        code: impl Fn(&T) -> &str,
    ) -> HashSet<String> {
        let mut vus = HashSet::new();
        for element in elements {
            self.a(element);
            let code = code(element.get_ref());
            let permis = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
            if code.is_empty() || code.len() > 50 || !code.chars().all(permis) {
                self.faute(format!(
                    "{genre} : le code « {code} » a 1 à 50 lettres, chiffres, - _ ."
                ));
            }
            if !vus.insert(code.to_owned()) {
                self.faute(format!("{genre} : le code « {code} » est défini deux fois"));
            }
        }
        vus
    }
}

fn ligne(source: &str, octet: usize) -> usize {
    source.get(..octet).unwrap_or(source).matches('\n').count() + 1
}

/// Reads a campaign file. `modele` takes the path of a PDF to download and gives its SHA-256.
///
/// # Errors
/// Every fault, by line.
pub fn lire(
    source: &str,
    mut modele: impl FnMut(&str) -> Result<String, String>,
) -> Result<Vec<Evenement>, Vec<FauteFichier>> {
    let fichier: Fichier = toml::from_str(source).map_err(|erreur| {
        let ligne = ligne(source, erreur.span().map_or(0, |span| span.start));
        vec![FauteFichier {
            ligne,
            message: erreur.message().to_owned(),
        }]
    })?;
    let mut l = Lecture {
        source,
        fautes: Vec::new(),
        ici: 1,
    };
    let centres = l.codes("centre", &fichier.centres, |c| &c.code);
    let composantes = l.codes("composante", &fichier.composantes, |c| &c.code);
    let pieces = l.codes("pièce", &fichier.pieces, |p| &p.code);
    let commissions = l.codes("commission", &fichier.commissions, |c| &c.code);
    l.codes("motif", &fichier.motifs, |m| &m.code);
    l.codes("formation", &fichier.formations, |f| &f.code);
    let mut evenements = vec![campagne(&mut l, fichier.campagne)];
    evenements.extend(lieux(fichier.centres, fichier.composantes));
    for piece in fichier.pieces {
        l.a(&piece);
        evenements.push(Evenement::PieceDefinie(self::piece(
            &mut l,
            piece.into_inner(),
            &mut modele,
        )));
    }
    for commission in fichier.commissions {
        l.a(&commission);
        let commission = self::commission(&mut l, commission.into_inner(), &centres);
        evenements.push(Evenement::CommissionDefinie(commission));
    }
    for motif in fichier.motifs {
        let m = motif.into_inner();
        let libelle = texte(m.libelle, m.libelle_en);
        evenements.push(Evenement::MotifDefini(Motif {
            code: m.code.as_str().into(),
            libelle,
        }));
    }
    let connus = Connus {
        centres,
        composantes,
        pieces,
        commissions,
    };
    for formation in fichier.formations {
        l.a(&formation);
        let f = formation.into_inner();
        connus.verifier(&mut l, &f);
        evenements.push(Evenement::FormationDefinie(self::formation(&mut l, f)));
    }
    if l.fautes.is_empty() {
        Ok(evenements)
    } else {
        Err(l.fautes)
    }
}

fn lieux(centres: Vec<Spanned<CentreToml>>, composantes: Vec<Spanned<Libelle>>) -> Vec<Evenement> {
    let mut evenements = Vec::with_capacity(centres.len() + composantes.len());
    for centre in centres {
        let c = centre.into_inner();
        let libelle = texte(c.libelle, c.libelle_en);
        let centre = Centre {
            code: c.code.as_str().into(),
            libelle,
            max_dossiers: c.max_dossiers,
        };
        evenements.push(Evenement::CentreDefini(centre));
    }
    for composante in composantes {
        let c = composante.into_inner();
        let libelle = texte(c.libelle, c.libelle_en);
        let composante = Composante {
            code: c.code.as_str().into(),
            libelle,
        };
        evenements.push(Evenement::ComposanteDefinie(composante));
    }
    evenements
}

/// The codes a formation may name.
struct Connus {
    centres: HashSet<String>,
    composantes: HashSet<String>,
    pieces: HashSet<String>,
    commissions: HashSet<String>,
}

impl Connus {
    fn verifier(&self, l: &mut Lecture<'_>, f: &FormationToml) {
        l.connu("centre", &f.centre, &self.centres);
        l.connu("composante", &f.composante, &self.composantes);
        for piece in &f.pieces {
            l.connu("pieces", piece, &self.pieces);
        }
        if let Some(commission) = &f.commission {
            l.connu("commission", commission, &self.commissions);
        }
    }
}

fn campagne(l: &mut Lecture<'_>, campagne: Spanned<super::forme::CampagneToml>) -> Evenement {
    l.a(&campagne);
    let c = campagne.into_inner();
    let ouverture = l.instant("ouverture", &c.ouverture);
    let fermeture = l.instant("fermeture", &c.fermeture);
    if ouverture >= fermeture {
        l.faute("fermeture : elle doit suivre l'ouverture".to_owned());
    }
    Evenement::CampagneParametree(Campagne {
        code: c.code.as_str().into(),
        libelle: texte(c.libelle, c.libelle_en),
        ouverture,
        fermeture,
        max_dossiers: c.max_dossiers,
        etat_transmis: c.etat_transmis,
    })
}

fn piece(
    l: &mut Lecture<'_>,
    p: PieceToml,
    modele: &mut impl FnMut(&str) -> Result<String, String>,
) -> PieceDef {
    let sha256 = p.modele.and_then(|chemin| match modele(&chemin) {
        Ok(sha256) => Some(sha256),
        Err(raison) => {
            l.faute(format!("modele : {chemin} : {raison}"));
            None
        }
    });
    PieceDef {
        code: p.code.as_str().into(),
        libelle: texte(p.libelle, p.libelle_en),
        commune: p.commune,
        conditionnelle: p.conditionnelle,
        aide: texte(p.aide, p.aide_en),
        modele: sha256,
    }
}

fn commission(l: &mut Lecture<'_>, c: CommissionToml, centres: &HashSet<String>) -> Commission {
    l.connu("centre", &c.centre, centres);
    Commission {
        code: c.code.as_str().into(),
        libelle: texte(c.libelle, c.libelle_en),
        centre: c.centre.as_str().into(),
        mail: c.mail,
        signataire: c.signataire,
    }
}

fn formation(l: &mut Lecture<'_>, f: FormationToml) -> Formation {
    let candidature_debut = l.instant("candidature_debut", &f.candidature_debut);
    let candidature_fin = l.instant("candidature_fin", &f.candidature_fin);
    let retour = l.instant("retour", &f.retour);
    let confirmation = l.facultatif("confirmation", f.confirmation.as_ref());
    for (avant, apres, regle) in [
        (
            candidature_debut,
            candidature_fin,
            "candidature_fin doit suivre candidature_debut",
        ),
        (
            candidature_fin,
            retour,
            "retour ne peut précéder candidature_fin",
        ),
        (
            retour,
            confirmation.unwrap_or(retour),
            "confirmation ne peut précéder retour",
        ),
    ] {
        if avant > apres {
            l.faute(format!("formation « {} » : {regle}", f.code));
        }
    }
    if f.pieces.is_empty() {
        l.faute(format!(
            "formation « {} » : elle ne demande aucune pièce",
            f.code
        ));
    }
    Formation {
        code: f.code.as_str().into(),
        libelle: texte(f.libelle, f.libelle_en),
        composante: f.composante.as_str().into(),
        centre: f.centre.as_str().into(),
        niveau: f.niveau,
        mots_cles: f.mots_cles,
        candidature_debut,
        candidature_fin,
        retour,
        confirmation,
        confirmation_delai: l.duree("confirmation_delai", f.confirmation_delai),
        confirmation_lc: l.facultatif("confirmation_lc", f.confirmation_lc.as_ref()),
        confirmation_lc_delai: l.duree("confirmation_lc_delai", f.confirmation_lc_delai),
        jury: l.facultatif("jury", f.jury.as_ref()),
        publication: l.facultatif("publication", f.publication.as_ref()),
        capacite: f.capacite,
        liste_complementaire: f.liste_complementaire,
        pieces: f.pieces.iter().map(|p| p.as_str().into()).collect(),
        commission: f.commission.as_deref().map(Into::into),
        promotion: f.promotion,
    }
}

/// Moves every date of the campaign: the demo's campaign is open whatever the day.
pub fn decaler(evenements: &mut [Evenement], duree: SignedDuration) {
    let bouger =
        |instant: &mut Timestamp| *instant = instant.saturating_add(duree).unwrap_or(*instant);
    for evenement in evenements {
        match evenement {
            Evenement::CampagneParametree(c) => {
                [&mut c.ouverture, &mut c.fermeture]
                    .into_iter()
                    .for_each(bouger);
            }
            Evenement::FormationDefinie(f) => {
                [
                    &mut f.candidature_debut,
                    &mut f.candidature_fin,
                    &mut f.retour,
                ]
                .into_iter()
                .for_each(bouger);
                [
                    &mut f.confirmation,
                    &mut f.confirmation_lc,
                    &mut f.jury,
                    &mut f.publication,
                ]
                .into_iter()
                .flatten()
                .for_each(bouger);
            }
            Evenement::CentreDefini(_)
            | Evenement::ComposanteDefinie(_)
            | Evenement::PieceDefinie(_)
            | Evenement::CommissionDefinie(_)
            | Evenement::MotifDefini(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEMO: &str = include_str!("../demo/campagne.toml");

    #[test]
    fn la_campagne_de_demonstration_se_lit_entiere() {
        let mut modeles = Vec::new();
        let lus = lire(DEMO, |chemin| {
            modeles.push(chemin.to_owned());
            Ok("0".repeat(64))
        });
        let evenements = lus.unwrap();
        let formations = evenements
            .iter()
            .filter(|e| matches!(e, Evenement::FormationDefinie(_)));
        assert!(formations.count() >= 40);
        assert!(!modeles.is_empty());
    }

    #[test]
    fn toutes_les_fautes_sont_nommees_avec_leur_ligne() {
        let source = DEMO
            .replacen("commission = \"JURY-IAE\"", "commission = \"PERSONNE\"", 1)
            .replacen("retour = 2027-05-31", "retour = 2020-05-31", 1)
            .replacen("code = \"LM\"", "code = \"CV\"", 1);
        let fautes = lire(&source, |_| Err("fichier absent".to_owned())).unwrap_err();
        for morceau in [
            "« PERSONNE »",
            "retour ne peut",
            "« CV » est défini deux fois",
            "fichier absent",
        ] {
            let faute = fautes.iter().find(|f| f.message.contains(morceau));
            assert!(
                faute.is_some_and(|f| f.ligne > 1),
                "{morceau} in {fautes:?}"
            );
        }
    }

    #[test]
    fn une_cle_inconnue_est_une_faute_avec_sa_ligne() {
        let fautes = lire("[campagne]\ncouleur = 1\n", |_| Ok(String::new())).unwrap_err();
        assert_eq!(fautes[0].ligne, 2, "{fautes:?}");
    }

    #[test]
    fn decaler_bouge_toutes_les_dates_ensemble() {
        let mut evenements = lire(DEMO, |_| Ok(String::new())).unwrap();
        let avant = evenements.clone();
        decaler(&mut evenements, SignedDuration::from_hours(24));
        decaler(&mut evenements, SignedDuration::from_hours(-24));
        assert_eq!(evenements, avant);
        decaler(&mut evenements, SignedDuration::from_hours(24));
        assert!(avant.iter().zip(&evenements).any(|(a, b)| a != b));
    }
}
