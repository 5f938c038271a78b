//! A dossier in each situation of the table, and each command.

use domain::dossier::{Annotation, Commande, Nature, Role};

use crate::monde::{JOUR, Monde, avis, deposer, instant, non_concerne, refuser, saisir, valider};

pub(crate) fn defavorable() -> Nature {
    Nature::Defavorable {
        motif: "NIVEAU".into(),
    }
}

pub(crate) fn liste(rang: u32) -> Nature {
    Nature::ListeComplementaire { rang }
}

/// The situations, by name.
#[expect(clippy::too_many_lines, reason = "a table: one row per thing")]
pub(crate) fn situations() -> Vec<(&'static str, Monde)> {
    use Role::{Candidat as C, Gestionnaire as G, Systeme as S};
    let avec = |mut monde: Monde, actes: &[(Role, Commande)]| {
        for (role, commande) in actes {
            monde.ok(*role, commande.clone());
        }
        monde
    };
    let plus_tard = |mut monde: Monde, le: &str| {
        monde.maintenant = instant(le);
        monde
    };
    let publie = |nature| Monde::publie("d1", nature);
    let exiger = Commande::ExigerPiece {
        piece: "DIPLOME".into(),
        commentaire: None,
    };
    let mut proposition = Monde::new("d1");
    proposition.ok(
        G,
        Commande::Proposer {
            id: "d1".into(),
            candidat: "c1".into(),
            formation: "M1".into(),
        },
    );
    let mut expiree = plus_tard(publie(Nature::Favorable), "2027-07-31T00:00:01Z");
    let depassee = expiree.clone();
    expiree.ok(S, Commande::ExpirerConfirmation);
    vec![
        ("absent", Monde::new("d1")),
        ("en_attente", Monde::ouvert("d1")),
        ("en_attente, tout est là", Monde::rempli("d1")),
        (
            "en_attente, échu",
            plus_tard(Monde::rempli("d1"), "2027-06-01T00:00:00Z"),
        ),
        ("transmis", Monde::transmis("d1")),
        (
            "transmis, pièce refusée",
            avec(Monde::transmis("d1"), &[(G, refuser("LM"))]),
        ),
        (
            "transmis, pièce exigée",
            avec(Monde::transmis("d1"), &[(G, exiger)]),
        ),
        ("incomplet", Monde::incomplet("d1")),
        (
            "incomplet, repris par le candidat",
            avec(Monde::incomplet("d1"), &[(C, deposer("LM", 'c'))]),
        ),
        (
            "incomplet, échu",
            plus_tard(Monde::incomplet("d1"), "2027-06-01T00:00:00Z"),
        ),
        ("complet", Monde::complet("d1")),
        (
            "complet, FA saisi",
            avec(Monde::complet("d1"), &[(G, saisir(Nature::Favorable))]),
        ),
        (
            "complet, LC saisi",
            avec(Monde::complet("d1"), &[(G, saisir(liste(1)))]),
        ),
        ("complet, proposition", proposition),
        ("complet, FA publié", publie(Nature::Favorable)),
        ("complet, FA publié, date dépassée", depassee),
        (
            "complet, FA confirmé",
            avec(publie(Nature::Favorable), &[(C, Commande::Confirmer)]),
        ),
        (
            "complet, FA désisté",
            avec(publie(Nature::Favorable), &[(C, Commande::SeDesister)]),
        ),
        ("complet, FA désisté d'office", expiree),
        ("complet, DE publié", publie(defavorable())),
        ("complet, LC publié", publie(liste(1))),
        (
            "complet, LC renoncé",
            avec(publie(liste(1)), &[(C, Commande::SeDesister)]),
        ),
        ("complet, LA publié", publie(Nature::ListeAttente)),
        (
            "complet, PR publié",
            publie(Nature::Preselection { convocation: None }),
        ),
        (
            "annule",
            avec(Monde::ouvert("d1"), &[(C, Commande::Annuler)]),
        ),
    ]
}

/// Each command, by name, as sensible as it can be whatever the situation.
#[expect(clippy::too_many_lines, reason = "a table: one row per thing")]
pub(crate) fn commandes(monde: &Monde) -> Vec<(&'static str, Commande)> {
    let (id, candidat, formation) = (|| "d1".into(), || "c1".into(), || "M1".into());
    let piece = || "LM".into();
    let plus = |jours| Some(monde.maintenant + JOUR * jours);
    vec![
        (
            "creer",
            Commande::Creer {
                id: id(),
                candidat: candidat(),
                formation: formation(),
            },
        ),
        (
            "proposer",
            Commande::Proposer {
                id: id(),
                candidat: candidat(),
                formation: formation(),
            },
        ),
        ("deposer LM", deposer("LM", 'z')),
        ("deposer CV", deposer("CV", 'z')),
        ("puiser CV", Commande::Puiser { piece: "CV".into() }),
        ("retirer LM", Commande::Retirer { piece: piece() }),
        ("declarer HANDICAP", non_concerne()),
        (
            "revenir HANDICAP",
            Commande::RevenirConcerne {
                piece: "HANDICAP".into(),
            },
        ),
        (
            "conclure_analyse",
            Commande::ConclureAnalyse {
                piece: piece(),
                sha256: "z".repeat(64),
                sain: true,
            },
        ),
        ("transmettre", Commande::Transmettre),
        ("annuler", Commande::Annuler),
        (
            "annuler_par_gestion",
            Commande::AnnulerParGestion {
                motif: "doublon".to_owned(),
            },
        ),
        ("valider LM", valider("LM")),
        ("refuser LM", refuser("LM")),
        (
            "exiger DIPLOME",
            Commande::ExigerPiece {
                piece: "DIPLOME".into(),
                commentaire: None,
            },
        ),
        ("renvoyer", Commande::Renvoyer { retour: None }),
        ("reprendre", Commande::Reprendre),
        ("declarer_complet", Commande::DeclarerComplet),
        ("rouvrir", Commande::Rouvrir),
        ("saisir FA", saisir(Nature::Favorable)),
        ("saisir DE", saisir(defavorable())),
        ("saisir LC", saisir(liste(1))),
        (
            "saisir FA en appel",
            Commande::SaisirAvis {
                avis: domain::dossier::Avis {
                    appel: true,
                    ..avis(Nature::Favorable)
                },
            },
        ),
        ("retirer_avis", Commande::RetirerAvis),
        ("publier_avis", Commande::PublierAvis),
        ("confirmer", Commande::Confirmer),
        ("se_desister", Commande::SeDesister),
        ("expirer_confirmation", Commande::ExpirerConfirmation),
        ("promouvoir", Commande::Promouvoir),
        (
            "retablir",
            Commande::Retablir {
                motif: "erreur".to_owned(),
                confirmation: plus(7),
            },
        ),
        ("rappeler", Commande::Rappeler { jours: 7 }),
        ("relancer_confirmation", Commande::RelancerConfirmation),
        (
            "fixer_echeances",
            Commande::FixerEcheances {
                retour: plus(100),
                confirmation: plus(200),
            },
        ),
        (
            "annoter",
            Commande::Annoter {
                annotation: Annotation::Note {
                    texte: "vu".to_owned(),
                },
            },
        ),
    ]
}
