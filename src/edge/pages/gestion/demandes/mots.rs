//! The stable codes of the support, in words.

use actors::protocol::{DemandeVue, Envoi, EtatEnvoi};
use domain::demande::{Auteur, EtatDemande, Surete};

use super::super::mails;
use crate::textes::{Dit, Textes};

/// What is asked.
pub(in crate::edge::pages) fn classe(t: Textes, code: &str) -> String {
    let dit = match code {
        "lien_non_recu" => t.classe_lien_non_recu(),
        "lien_expire" => t.classe_lien_expire(),
        "numero_perdu" => t.classe_numero_perdu(),
        "mot_de_passe_perdu" => t.classe_mot_de_passe_perdu(),
        "sso_ent" => t.classe_sso_ent(),
        "compte_existant" => t.classe_compte_existant(),
        "changement_adresse" => t.classe_changement_adresse(),
        "compte_ancienne_campagne" => t.classe_compte_ancienne_campagne(),
        "ine" => t.classe_ine(),
        "choix_formation" => t.classe_choix_formation(),
        "depot_refuse" => t.classe_depot_refuse(),
        "piece_manquante" => t.classe_piece_manquante(),
        "transmission_impossible" => t.classe_transmission_impossible(),
        "modifier_apres_transmission" => t.classe_modifier_apres_transmission(),
        "confirmer_desister" => t.classe_confirmer_desister(),
        "date_depassee" => t.classe_date_depassee(),
        "suivi_dossier" => t.classe_suivi_dossier(),
        "refus_recours" => t.classe_refus_recours(),
        "liste_complementaire" => t.classe_liste_complementaire(),
        "inscription" => t.classe_inscription(),
        "probleme_technique" => t.classe_probleme_technique(),
        "piece_par_mail" => t.classe_piece_par_mail(),
        "donnees_personnelles" => t.classe_donnees_personnelles(),
        "handicap" => t.classe_handicap(),
        "plainte" => t.classe_plainte(),
        "detresse" => t.classe_detresse(),
        "tiers" => t.classe_tiers(),
        "remerciement" => t.classe_remerciement(),
        "indesirable" => t.classe_indesirable(),
        "vide" => t.classe_vide(),
        "autre" => t.classe_autre(),
        inconnu => return inconnu.to_owned(),
    };
    dit.to_owned()
}

/// A state, and how it looks to staff.
pub(in crate::edge::pages) const fn etat(t: Textes, etat: EtatDemande) -> (Dit, &'static str) {
    match etat {
        EtatDemande::Nouvelle => (t.demande_nouvelle(), "a-faire"),
        EtatDemande::EnCours => (t.demande_en_cours(), "a-faire"),
        EtatDemande::EnAttente => (t.demande_en_attente(), "fait"),
        EtatDemande::Close => (t.demande_close(), "ferme"),
        EtatDemande::Fusionnee => (t.demande_fusionnee(), "ferme"),
    }
}

/// What a person should know before they answer.
pub(super) fn signalement(t: Textes, code: &str) -> String {
    match code {
        "autre_expediteur" => t.signal_autre_expediteur().to_owned(),
        "expediteur_inconnu" => t.signal_expediteur_inconnu().to_owned(),
        "identifiant_repete" => t.signal_identifiant_repete().to_owned(),
        "reponse_ailleurs" => t.signal_reponse_ailleurs().to_owned(),
        "trop_gros" => t.signal_trop_gros().to_owned(),
        autre => t.signal_autre(autre),
    }
}

/// Why this person is thought to be the one who asks.
pub(super) fn raison(t: Textes, code: &str) -> String {
    let dit = match code {
        "adresse_authentifiee" => t.raison_adresse_authentifiee(),
        "adresse_du_compte" => t.raison_adresse_du_compte(),
        "jeton_dossier" => t.raison_jeton_dossier(),
        "notre_mail" => t.raison_notre_mail(),
        "numero_cite" => t.raison_numero_cite(),
        "dossier_cite" => t.raison_dossier_cite(),
        "session" => t.raison_session(),
        "personne" => t.raison_personne(),
        inconnu => return inconnu.to_owned(),
    };
    dit.to_owned()
}

pub(super) const fn surete(t: Textes, surete: Surete) -> (Dit, &'static str) {
    match surete {
        Surete::Authentifiee => (t.surete_authentifiee(), "fait"),
        Surete::Indice => (t.surete_indice(), "a-faire"),
        Surete::Aucune => (t.surete_aucune(), ""),
    }
}

/// What was wrong with a mail.
pub(super) fn defaut(t: Textes, code: &str) -> String {
    let dit = match code {
        "illisible" => t.defaut_illisible(),
        "sans_entete" => t.defaut_sans_entete(),
        "sans_expediteur" => t.defaut_sans_expediteur(),
        "sans_identifiant" => t.defaut_sans_identifiant(),
        "entete_repete" => t.defaut_entete_repete(),
        "entete_hors_norme" => t.defaut_entete_hors_norme(),
        "charset_faux" => t.defaut_charset_faux(),
        "charset_absent" => t.defaut_charset_absent(),
        "double_encodage" => t.defaut_double_encodage(),
        "encodage_faux" => t.defaut_encodage_faux(),
        "multipart_casse" => t.defaut_multipart_casse(),
        "html_seul" => t.defaut_html_seul(),
        "texte_et_html_differents" => t.defaut_texte_et_html(),
        "tronque" => t.defaut_tronque(),
        "chiffre" => t.defaut_chiffre(),
        "partiel" => t.defaut_partiel(),
        "cite_seulement" => t.defaut_cite_seulement(),
        "nom_suspect" => t.defaut_nom_suspect(),
        "type_mensonger" => t.defaut_type_mensonger(),
        inconnu => return inconnu.to_owned(),
    };
    dit.to_owned()
}

fn fait(t: Textes, code: &str) -> String {
    let dit = match code {
        "demande_recue" => t.fait_demande_recue(),
        "message_recu" => t.fait_message_recu(),
        "repondue" => t.fait_repondue(),
        "envoi_note" => t.fait_envoi_note(),
        "demande_notee" => t.fait_demande_notee(),
        "attribuee" => t.fait_attribuee(),
        "echeance_fixee" => t.fait_echeance_fixee(),
        "demande_rattachee" => t.fait_demande_rattachee(),
        "reclassee" => t.fait_reclassee(),
        "demande_close" => t.fait_demande_close(),
        "demande_rouverte" => t.fait_demande_rouverte(),
        "message_repris" => t.fait_message_repris(),
        "note_reprise" => t.fait_note_reprise(),
        "absorbee" => t.fait_absorbee(),
        "fusionnee_dans" => t.fait_fusionnee_dans(),
        "scindee" => t.fait_scindee(),
        "demande_scindee" => t.fait_demande_scindee(),
        inconnu => return inconnu.to_owned(),
    };
    dit.to_owned()
}

/// Who wrote or acted; `nommer` knows the staff.
pub(super) fn auteur(t: Textes, auteur: &Auteur, nommer: impl Fn(&str) -> String) -> String {
    match auteur {
        Auteur::Demandeur => t.fait_par_demandeur().to_owned(),
        Auteur::Automate { .. } => t.fait_par_automate().to_owned(),
        Auteur::Personnel { id } => nommer(id.as_str()),
    }
}

/// What happened to a request, newest first: when, what, who.
pub(super) fn historique(
    t: Textes,
    vue: &DemandeVue,
    nommer: impl Fn(&str) -> String,
) -> Vec<(String, String, String)> {
    let lignes = vue.historique.iter().rev();
    lignes
        .map(|trace| {
            let qui = trace.par.as_ref().map(|par| auteur(t, par, &nommer));
            let quoi = fait(t, &trace.quoi);
            (
                crate::views::quand(t, trace.le),
                quoi,
                qui.unwrap_or_default(),
            )
        })
        .collect()
}

/// Where a mail of ours stands, and how it looks.
pub(super) const fn envoi(t: Textes, etat: EtatEnvoi) -> (Dit, &'static str) {
    match etat {
        EtatEnvoi::EnFile => (t.courrier_en_file(), ""),
        EtatEnvoi::Envoye => (t.courrier_envoye(), "fait"),
        EtatEnvoi::Differe => (t.courrier_differe(), "a-faire"),
        EtatEnvoi::Refuse => (t.courrier_refuse(), "refus"),
        EtatEnvoi::Abandonne => (t.courrier_abandonne(), "refus"),
        EtatEnvoi::Plainte => (t.courrier_plainte(), "refus"),
    }
}

/// A mail of ours: when, what, where it stands, how that looks, the server's words.
pub(super) struct LigneCourrier {
    pub(super) le: String,
    pub(super) quoi: String,
    pub(super) etat: Dit,
    pub(super) classe: &'static str,
    pub(super) raison: String,
}

impl LigneCourrier {
    pub(super) fn de(t: Textes, envoi_: &Envoi) -> Self {
        let (etat, classe) = envoi(t, envoi_.etat);
        Self {
            le: crate::views::quand(t, envoi_.le),
            quoi: mails::dit(t, envoi_.code),
            etat,
            classe,
            raison: envoi_.raison.clone().unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::langue::Langue;

    use super::*;
    use crate::mail::entrant::Code;

    /// S50, Q41: nobody reads a code where a word should be.
    #[test]
    fn s50_chaque_classe_a_un_nom_dans_les_deux_langues() {
        for code in Code::TOUS.map(Code::texte) {
            for langue in [Langue::Fr, Langue::En] {
                let dit = classe(Textes(langue), code);
                assert!(dit == "INE" || dit != code, "{code}");
                assert!(!dit.contains('_'), "{code}: {dit}");
            }
        }
    }
}
