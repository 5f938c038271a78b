//! The columns every campaign has.

use domain::dossier::{Convocation, Nature};
use domain::profil::{Baccalaureat, Rubrique};

use super::cellule::Cellule;
use super::colonnes::{Groupe, Lire};
use super::mots;
use crate::data::Listes;

use Groupe::{
    Adresse, Baccalaureat as Bac, Candidat, Decision, Dossier, Formation, Gestion, Parcours, Pieces,
};
use actors::protocol::StatutPiece::{Attendue, Deposee, EnAnalyse, NonConcerne, Refusee, Validee};

/// Code, group, French, English, whether a new export has it, what stands in it.
pub(super) type Fixe = (&'static str, Groupe, &'static str, &'static str, bool, Lire);

fn convocation(nature: &Nature) -> Option<&Convocation> {
    match nature {
        Nature::Preselection { convocation } => convocation.as_ref(),
        Nature::Favorable
        | Nature::Defavorable { .. }
        | Nature::ListeComplementaire { .. }
        | Nature::ListeAttente => None,
    }
}

fn nombre(n: Option<u32>) -> Cellule {
    n.map_or(Cellule::Vide, Cellule::nombre)
}

#[rustfmt::skip]
pub(super) const FIXES: &[Fixe] = &[
    ("dossier", Dossier, "Dossier", "Application", false, |l| Cellule::texte(l.entier.dossier.id.as_str())),
    ("etat", Dossier, "État", "State", true, |l| l.mot(mots::etat(l.entier.dossier.etat, l.catalogue))),
    ("situation", Dossier, "Situation", "Situation", false, |l| l.mot(mots::dossier(&l.entier.dossier, l.catalogue))),
    ("cree_le", Dossier, "Ouvert le", "Opened on", false, |l| Cellule::instant(Some(l.entier.dossier.cree_le))),
    ("transmis_le", Dossier, "Transmis le", "Transmitted on", true, |l| Cellule::instant(l.entier.dossier.transmis_le)),
    ("retour", Dossier, "À transmettre avant", "To transmit before", false, |l| Cellule::instant(l.entier.dossier.echeances.retour)),
    ("echu", Dossier, "Date de transmission dépassée", "Past its date of transmission", false, |l| l.oui(l.entier.dossier.echu)),
    ("motif_annulation", Dossier, "Motif d'annulation", "Reason of the drop", false, |l| Cellule::peut_etre(l.entier.dossier.motif_annulation.clone())),
    ("proposition", Dossier, "Proposé par l'établissement", "Proposed by the university", false, |l| l.oui(l.entier.dossier.gestion.as_ref().is_some_and(|g| g.proposition))),
    ("version", Dossier, "Version", "Version", false, |l| Cellule::nombre(u32::try_from(l.entier.dossier.version).unwrap_or(u32::MAX))),

    ("formation", Formation, "Code de la formation", "Programme code", true, |l| Cellule::texte(l.entier.dossier.formation.as_str())),
    ("formation_libelle", Formation, "Formation", "Programme", true, |l| l.formation().map_or(Cellule::Vide, |f| Cellule::texte(f.libelle.dans(l.langue)))),
    ("niveau", Formation, "Niveau", "Level", false, |l| l.formation().map_or(Cellule::Vide, |f| Cellule::texte(f.niveau.as_str()))),
    ("composante", Formation, "Composante", "Faculty", false, |l| l.formation().map_or(Cellule::Vide, |f| l.nommer(f.composante.as_str(), l.catalogue.composantes.get(&f.composante).map(|c| &c.libelle)))),
    ("centre", Formation, "Centre de candidature", "Application office", false, |l| l.formation().map_or(Cellule::Vide, |f| l.nommer(f.centre.as_str(), l.catalogue.centres.get(&f.centre).map(|c| &c.libelle)))),
    ("commission", Formation, "Commission", "Committee", false, |l| l.formation().and_then(|f| f.commission.as_ref()).map_or(Cellule::Vide, |code| l.nommer(code.as_str(), l.catalogue.commissions.get(code).map(|c| &c.libelle)))),

    ("numero", Candidat, "Numéro de candidat", "Candidate number", true, |l| Cellule::texte(l.entier.candidat.numero.as_str())),
    ("nom", Candidat, "Nom", "Family name", true, |l| Cellule::texte(l.entier.candidat.nom.as_str())),
    ("nom_usage", Candidat, "Nom d'usage", "Name in use", false, |l| Cellule::peut_etre(l.informations().and_then(|i| i.nom_usage.clone()))),
    ("prenom", Candidat, "Prénom", "First name", true, |l| Cellule::texte(l.entier.candidat.prenom.as_str())),
    ("autres_prenoms", Candidat, "Autres prénoms", "Further first names", false, |l| Cellule::peut_etre(l.informations().and_then(|i| i.autres_prenoms.clone()))),
    ("mail", Candidat, "Adresse mail", "Mail address", true, |l| Cellule::texte(l.entier.candidat.mail.as_str())),
    ("telephone", Candidat, "Téléphone", "Telephone", false, |l| Cellule::peut_etre(l.informations().and_then(|i| i.telephone.clone()))),
    ("langue", Candidat, "Langue", "Language", false, |l| Cellule::texte(l.entier.candidat.langue.tag())),
    ("ine", Candidat, "INE", "INE", false, |l| Cellule::peut_etre(l.informations().and_then(|i| i.ine.as_ref()).map(|i| i.valeur.as_str()))),
    ("ine_verifie", Candidat, "INE vérifié", "INE verified", false, |l| l.profil().ine_verifie().map_or(Cellule::Vide, |v| l.oui(v))),
    ("nationalite", Candidat, "Nationalité", "Nationality", false, |l| l.informations().map_or(Cellule::Vide, |i| l.pays(&i.nationalite))),
    ("date_naissance", Candidat, "Date de naissance", "Date of birth", false, |l| l.informations().map_or(Cellule::Vide, |i| Cellule::Jour(i.date_naissance))),
    ("lieu_naissance", Candidat, "Lieu de naissance", "Place of birth", false, |l| Cellule::peut_etre(l.informations().map(|i| i.lieu_naissance.as_str()))),
    ("pays_naissance", Candidat, "Pays de naissance", "Country of birth", false, |l| l.informations().map_or(Cellule::Vide, |i| l.pays(&i.pays_naissance))),

    ("adresse", Adresse, "Adresse", "Address", false, |l| Cellule::peut_etre(l.adresse().map(|a| a.ligne1.as_str()))),
    ("adresse_suite", Adresse, "Adresse (suite)", "Address (continued)", false, |l| Cellule::peut_etre(l.adresse().and_then(|a| a.ligne2.clone()))),
    ("code_postal", Adresse, "Code postal", "Postal code", false, |l| Cellule::peut_etre(l.adresse().and_then(|a| a.code_postal.clone()))),
    ("commune", Adresse, "Commune", "Town", false, |l| Cellule::peut_etre(l.adresse().map(|a| a.commune.as_str()))),
    ("insee", Adresse, "Code INSEE de la commune", "INSEE code of the town", false, |l| Cellule::peut_etre(l.adresse().and_then(|a| a.insee.clone()))),
    ("pays", Adresse, "Pays", "Country", false, |l| l.adresse().map_or(Cellule::Vide, |a| l.pays(&a.pays))),

    ("bac", Bac, "Baccalauréat", "Bac", false, |l| l.bac(|b| Some(l.oui(match b { Baccalaureat::Sans => false, Baccalaureat::Avec { .. } => true })))),
    ("bac_annee", Bac, "Année du bac", "Year of the bac", false, |l| l.bac(|b| match b { Baccalaureat::Avec { annee, .. } => Some(Cellule::nombre(*annee)), Baccalaureat::Sans => None })),
    ("bac_serie", Bac, "Série du bac", "Series of the bac", false, |l| l.bac(|b| match b { Baccalaureat::Avec { annee, serie, .. } => Some(l.dans_liste(|| Listes.choix_series(*annee, l.langue), serie)), Baccalaureat::Sans => None })),
    ("bac_specialites", Bac, "Spécialités du bac", "Specialities of the bac", false, |l| l.bac(|b| match b { Baccalaureat::Avec { specialites, .. } => Some(Cellule::texte(specialites.join(", "))), Baccalaureat::Sans => None })),
    ("bac_mention", Bac, "Mention du bac", "Mention of the bac", false, |l| l.bac(|b| match b { Baccalaureat::Avec { mention, .. } => mention.as_ref().map(|m| l.dans_liste(|| Listes.choix_mentions(l.langue), m)), Baccalaureat::Sans => None })),
    ("bac_etablissement", Bac, "Établissement du bac", "School of the bac", false, |l| l.bac(|b| match b { Baccalaureat::Avec { etablissement, .. } => etablissement.clone().map(Cellule::texte), Baccalaureat::Sans => None })),
    ("bac_departement", Bac, "Département du bac", "Département of the bac", false, |l| l.bac(|b| match b { Baccalaureat::Avec { departement, .. } => departement.clone().map(Cellule::texte), Baccalaureat::Sans => None })),
    ("bac_pays", Bac, "Pays du bac", "Country of the bac", false, |l| l.bac(|b| match b { Baccalaureat::Avec { pays, .. } => pays.as_ref().map(|p| l.pays(p)), Baccalaureat::Sans => None })),

    ("numero_etudiant", Parcours, "Numéro d'étudiant", "Student number", false, |l| Cellule::peut_etre(l.interne().and_then(|c| c.numero_etudiant.clone()))),
    ("cursus_interne", Parcours, "Cursus interne", "Studies here", false, |l| l.interne().map_or(Cellule::Vide, |c| Cellule::texte(c.inscriptions.iter().map(|i| format!("{} : {}{}", i.annee, i.formation, i.resultat.as_ref().map(|r| format!(" ({r})")).unwrap_or_default())).collect::<Vec<_>>().join("\n")))),
    ("cursus_externe", Parcours, "Cursus externe", "Studies elsewhere", false, |l| l.entrees(Rubrique::CursusExternes)),
    ("stages", Parcours, "Stages", "Internships", false, |l| l.entrees(Rubrique::Stages)),
    ("experiences", Parcours, "Expériences professionnelles", "Work experience", false, |l| l.entrees(Rubrique::Experiences)),

    ("pieces", Pieces, "Pièces", "Documents", false, |l| l.combien(&[Attendue, Deposee, EnAnalyse, NonConcerne, Validee, Refusee])),
    ("pieces_attendues", Pieces, "Pièces attendues", "Documents awaited", true, |l| l.combien(&[Attendue, EnAnalyse])),
    ("pieces_a_examiner", Pieces, "Pièces à examiner", "Documents to examine", false, |l| l.combien(&[Deposee, NonConcerne])),
    ("pieces_validees", Pieces, "Pièces validées", "Documents accepted", false, |l| l.combien(&[Validee])),
    ("pieces_refusees", Pieces, "Pièces refusées", "Documents refused", false, |l| l.combien(&[Refusee])),

    ("avis", Decision, "Avis", "Decision", true, |l| l.avis(l.publie())),
    ("publie_le", Decision, "Avis rendu le", "Decision released on", false, |l| Cellule::instant(l.entier.dossier.decision.as_ref().map(|d| d.publiee_le))),
    ("rang", Decision, "Rang", "Rank", true, |l| nombre(l.publie().and_then(|a| a.nature.rang()))),
    ("rang_reel", Decision, "Rang réel", "Present rank", false, |l| nombre(l.entier.dossier.decision.as_ref().and_then(|d| d.rang_reel).and_then(|r| u32::try_from(r).ok()))),
    ("motif", Decision, "Motif", "Reason", false, |l| l.motif(l.publie())),
    ("commentaire", Decision, "Commentaire", "Comment", false, |l| Cellule::peut_etre(l.publie().and_then(|a| a.commentaire.clone()))),
    ("convocation_le", Decision, "Convocation le", "Invited on", false, |l| Cellule::instant(l.publie().and_then(|a| convocation(&a.nature)).map(|c| c.le))),
    ("convocation_lieu", Decision, "Convocation : lieu", "Invited to", false, |l| Cellule::peut_etre(l.publie().and_then(|a| convocation(&a.nature)).map(|c| c.lieu.as_str()))),
    ("appel", Decision, "Sur appel", "After an appeal", false, |l| l.publie().map_or(Cellule::Vide, |a| l.oui(a.appel))),
    ("promue", Decision, "Appelé depuis la liste", "Called from the list", false, |l| l.entier.dossier.decision.as_ref().map_or(Cellule::Vide, |d| l.oui(d.promue))),
    ("confirmation", Decision, "À confirmer avant", "To confirm before", false, |l| Cellule::instant(l.entier.dossier.echeances.confirmation)),
    ("reponse", Decision, "Réponse du candidat", "Candidate's answer", true, |l| l.entier.dossier.reponse.map_or(Cellule::Vide, |r| l.mot(mots::reponse(r)))),
    ("avis_saisi", Decision, "Avis saisi, non rendu", "Decision entered, not released", false, |l| l.avis(l.brouillon())),
    ("rang_saisi", Decision, "Rang saisi", "Rank entered", false, |l| nombre(l.brouillon().and_then(|a| a.nature.rang()))),
    ("motif_saisi", Decision, "Motif saisi", "Reason entered", false, |l| l.motif(l.brouillon())),
    ("commentaire_saisi", Decision, "Commentaire saisi", "Comment entered", false, |l| Cellule::peut_etre(l.brouillon().and_then(|a| a.commentaire.clone()))),

    ("etiquettes", Gestion, "Étiquettes", "Labels", false, |l| l.entier.dossier.gestion.as_ref().map_or(Cellule::Vide, |g| Cellule::texte(g.fiche.etiquettes.iter().cloned().collect::<Vec<_>>().join(", ")))),
    ("notes", Gestion, "Notes", "Notes", false, |l| Cellule::texte(l.notes().iter().map(|n| n.texte.as_str()).collect::<Vec<_>>().join("\n"))),
    ("numero_opi", Gestion, "Numéro OPI", "OPI number", false, |l| Cellule::peut_etre(l.entier.dossier.gestion.as_ref().and_then(|g| g.fiche.numero_opi.clone()))),
    ("regime", Gestion, "Régime", "Régime", false, |l| Cellule::peut_etre(l.entier.dossier.gestion.as_ref().and_then(|g| g.fiche.regime.clone()))),
    ("montant", Gestion, "Montant (€)", "Amount (€)", false, |l| l.entier.dossier.gestion.as_ref().and_then(|g| g.fiche.montant_centimes).map_or(Cellule::Vide, |c| Cellule::Nombre(f64::from(u32::try_from(c).unwrap_or(u32::MAX)) / 100.0))),
];
