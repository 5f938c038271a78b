//! The pages where the texts of mails are changed, and each mail's name there.

use domain::campagne::{CodeReponse, Modele};
use domain::effet::CodeMail;

use super::{Dit, Textes};

super::textes! {
    mails_titre: "Textes des mails", "Texts of the mails";
    mails_aide: "Chaque mail a un texte d'origine. Changez ceux que vous voulez, dans chaque langue : le changement vaut dès le prochain mail, et l'historique dit qui l'a fait.", "Each mail has a text of its own. Change those you like, in each language: a change holds from the next mail on, and the history says who made it.";
    mails_aucun_change: "aucun changé", "none changed";
    mails_changes(n): "{n} changé(s)", "{n} changed";
    mails_compte: "Le compte", "The account";
    mails_dossier: "La candidature", "The application";
    mails_decision: "La décision et la réponse", "The decision and the answer";
    mails_commission: "Alertes aux commissions", "Alerts to juries";
    mails_support: "Réponses du support", "Answers of the support";
    mails_cadre: "Autour de chaque mail", "Around every mail";
    mails_mail: "Mail", "Mail";
    mails_fr: "Français", "French";
    mails_en: "Anglais", "English";
    mails_origine: "Texte d'origine", "Original text";
    mails_change: "Texte changé", "Text changed";
    mails_remis: "remis", "put back";
    mails_par_le(nom, le): "par {nom}, le {le}", "by {nom}, on {le}";
    mails_operateur: "l'exploitant (fichier)", "the operator (file)";
    mail_objet: "Objet", "Subject";
    mail_objet_aide(n): "Une ligne, {n} caractères au plus.", "One line, at most {n} characters.";
    mail_texte: "Texte", "Text";
    mail_texte_aide: "Une ligne vide sépare deux paragraphes. « - » commence un point de liste, **ceci** est en gras, et une ligne seule [libellé](adresse) devient un bouton. {{ prenom }} est remplacé par sa valeur ; {% if motif %} … {% endif %} n'écrit que s'il y en a une.", "An empty line separates two paragraphs. “- ” begins a point of a list, **this** is bold, and a line alone [label](address) becomes a button. {{ prenom }} is replaced by its value; {% if motif %} … {% endif %} writes only if there is one.";
    mail_html: "Page HTML propre", "HTML page of its own";
    mail_html_aide: "À laisser vide le plus souvent : la page HTML est faite du texte. Remplie, elle la remplace toute.", "Best left empty: the HTML page is made of the text. Filled in, it replaces all of it.";
    mail_reponse_aide: "Sans objet : la réponse reprend celui de la demande. Une ligne vide sépare deux paragraphes, « - » commence un point de liste, **ceci** est en gras, et une ligne seule [libellé](adresse) devient un bouton. {% if authentifie %} … {% endif %} n'écrit qu'à une personne reconnue.", "No subject: the answer takes that of the request. An empty line separates two paragraphs, “- ” begins a point of a list, **this** is bold, and a line alone [label](address) becomes a button. {% if authentifie %} … {% endif %} writes only to a person who is recognised.";
    mail_cadre_aide: "Ce qui entoure le texte de chaque mail ; {{ corps }} est la place de ce texte. Ce qui l'entoure devient aussi le pied de la page HTML.", "What surrounds the text of every mail; {{ corps }} is that text's place. What surrounds it becomes the foot of the HTML page, too.";
    mail_cadre_page: "Page HTML autour de chaque mail", "HTML page around every mail";
    mail_cadre_page_aide: "Avec {{ objet }}, {{ corps }} et {{ pied }} à leur place. Laissée vide, la page d'origine revient.", "With {{ objet }}, {{ corps }} and {{ pied }} in their places. Left empty, the original page comes back.";
    mail_voir: "Voir l'aperçu", "See the preview";
    mail_apercu: "Aperçu avec des données d'exemple", "Preview with sample data";
    mail_apercu_court: "Le même, quand il y a moins à dire", "The same, with less to say";
    mail_apercu_lien: "Le même, quand un nouveau lien vient de partir", "The same, when a new link has just left";
    mail_apercu_candidat: "Autour d'un mail à un candidat", "Around a mail to a candidate";
    mail_apercu_commission: "Autour d'une alerte à une commission", "Around an alert to a jury";
    mail_apercu_automatique: "Autour d'une réponse automatique", "Around an automatic answer";
    mail_apercu_personne: "Autour d'une réponse écrite par une personne", "Around an answer a person wrote";
    mail_apercu_brouillons: "Selon ce qui est demandé", "By what is asked";
    mail_apercu_note: "Rien n'est encore enregistré.", "Nothing is saved yet.";
    mail_apercu_html: "Page HTML du mail", "HTML page of the mail";
    mail_apercu_texte: "Texte brut", "Plain text";
    mail_variables: "Variables de ce mail", "Variables of this mail";
    mail_variable: "Variable", "Variable";
    mail_sens: "Ce qu'elle dit", "What it says";
    mail_exemple: "Exemple", "Example";
    mail_ecart: "Ce qui change du texte d'origine", "What differs from the original text";
    mail_ecart_ote: "ôté", "removed";
    mail_ecart_ajoute: "ajouté", "added";
    mail_origine_integre: "Ce texte est celui de Postule.", "This text is Postule's own.";
    mail_origine_exploitant: "Ce texte vient du dossier de l'exploitant.", "This text comes from the operator's folder.";
    mail_remettre: "Revenir au texte d'origine", "Go back to the original text";
    mail_remettre_question(titre): "Le texte changé de « {titre} » est abandonné ; l'historique le garde. Les prochains mails partent avec le texte ci-dessous.", "The changed text of “{titre}” is given up; the history keeps it. The next mails leave with the text below.";
    mail_cadre: "Le cadre de tous les mails", "The frame of all mails";
    reponse_projet: "Brouillon proposé pour chaque demande", "Draft proposed for each request";
    reponse_lien_expire: "Réponse automatique : lien expiré", "Automatic answer: link expired";
    reponse_compte_ancien: "Réponse automatique : compte d'une campagne passée", "Automatic answer: account of a past campaign";
    reponse_suivi: "Réponse automatique : où en sont mes dossiers", "Automatic answer: where my applications stand";
    reponse_trop_gros: "Réponse automatique : message trop volumineux", "Automatic answer: message too large";
    mail_cpt_min_create: "Compte créé : lien de validation", "Account created: validation link";
    mail_cpt_min_lien_valid_oublie: "Nouveau lien de validation", "New validation link";
    mail_cpt_min_mdp_oublie: "Mot de passe oublié", "Password forgotten";
    mail_cpt_min_mod_mail: "Changement d'adresse mail", "Change of mail address";
    mail_cpt_min_delete: "Compte effacé", "Account erased";
    mail_compte_existe: "Un compte existe déjà à cette adresse", "There is an account with this address already";
    mail_t_candidature: "Dossier ouvert", "Application opened";
    mail_candidature_annulation: "Dossier annulé par le candidat", "Application dropped by the candidate";
    mail_commission_annulation: "Dossier annulé par le candidat (à la commission)", "Application dropped by the candidate (to the jury)";
    mail_statut_re: "Dossier transmis", "Application transmitted";
    mail_commission_transmission: "Dossier transmis (à la commission)", "Application transmitted (to the jury)";
    mail_relance_transmission: "Rappel : dossier à transmettre", "Reminder: application to be transmitted";
    mail_annulation_gestion: "Dossier annulé par un gestionnaire", "Application cancelled by staff";
    mail_commission_proposition: "Dossier proposé par un gestionnaire (à la commission)", "Application proposed by staff (to the jury)";
    mail_statut_in: "Dossier renvoyé, incomplet", "Application sent back, incomplete";
    mail_statut_re_repris: "Renvoi annulé : dossier de nouveau transmis", "Send-back undone: application transmitted again";
    mail_statut_co: "Dossier complet", "Application complete";
    mail_avis_favorable: "Avis favorable", "Favourable decision";
    mail_avis_defavorable: "Avis défavorable", "Unfavourable decision";
    mail_avis_liste_comp: "Liste complémentaire", "Waiting list with a rank";
    mail_avis_liste_att: "Liste d'attente", "Waiting list without a rank";
    mail_avis_preselection: "Présélection", "Shortlisted";
    mail_avis_liste_princ: "Admis depuis la liste complémentaire", "Admitted from the waiting list";
    mail_commission_liste_princ: "Admis depuis la liste complémentaire (à la commission)", "Admitted from the waiting list (to the jury)";
    mail_candidature_confirm: "Place confirmée", "Place confirmed";
    mail_candidature_desist: "Désistement", "Withdrawal";
    mail_candidature_desist_auto: "Désistement par date dépassée", "Withdrawal by a date that passed";
    mail_commission_desistement: "Désistement (à la commission)", "Withdrawal (to the jury)";
    mail_relance_favo: "Rappel : place à confirmer", "Reminder: place to be confirmed";
    mail_offre_retablie: "Proposition rétablie", "Offer restored";
    mail_prolongation: "Dates du dossier déplacées", "Dates of the application moved";
    mail_t_pieces_modifiees: "Pièces demandées modifiées", "Documents asked for changed";
}

/// What a text is of.
pub(crate) const fn titre_modele(t: Textes, modele: Modele) -> Dit {
    match modele {
        Modele::Mail(mail) => titre_mail(t, mail),
        Modele::Reponse(CodeReponse::Projet) => t.reponse_projet(),
        Modele::Reponse(CodeReponse::LienExpire) => t.reponse_lien_expire(),
        Modele::Reponse(CodeReponse::CompteAncien) => t.reponse_compte_ancien(),
        Modele::Reponse(CodeReponse::Suivi) => t.reponse_suivi(),
        Modele::Reponse(CodeReponse::TropGros) => t.reponse_trop_gros(),
        Modele::Cadre => t.mail_cadre(),
    }
}

/// A mail's own name.
const fn titre_mail(t: Textes, mail: CodeMail) -> Dit {
    match mail {
        CodeMail::CptMinCreate => t.mail_cpt_min_create(),
        CodeMail::CptMinLienValidOublie => t.mail_cpt_min_lien_valid_oublie(),
        CodeMail::CptMinMdpOublie => t.mail_cpt_min_mdp_oublie(),
        CodeMail::CptMinModMail => t.mail_cpt_min_mod_mail(),
        CodeMail::CptMinDelete => t.mail_cpt_min_delete(),
        CodeMail::CompteExiste => t.mail_compte_existe(),
        CodeMail::Candidature => t.mail_t_candidature(),
        CodeMail::CandidatureAnnulation => t.mail_candidature_annulation(),
        CodeMail::CommissionAlertAnnulation => t.mail_commission_annulation(),
        CodeMail::StatutRe => t.mail_statut_re(),
        CodeMail::CommissionAlertTransmission => t.mail_commission_transmission(),
        CodeMail::RelanceTransmission => t.mail_relance_transmission(),
        CodeMail::AnnulationGestion => t.mail_annulation_gestion(),
        CodeMail::CommissionAlertProposition => t.mail_commission_proposition(),
        CodeMail::StatutIn => t.mail_statut_in(),
        CodeMail::StatutReRepris => t.mail_statut_re_repris(),
        CodeMail::StatutCo => t.mail_statut_co(),
        CodeMail::AvisFavorable => t.mail_avis_favorable(),
        CodeMail::AvisDefavorable => t.mail_avis_defavorable(),
        CodeMail::AvisListeComp => t.mail_avis_liste_comp(),
        CodeMail::AvisListeAtt => t.mail_avis_liste_att(),
        CodeMail::AvisPreselection => t.mail_avis_preselection(),
        CodeMail::AvisListePrinc => t.mail_avis_liste_princ(),
        CodeMail::CommissionAlertListePrinc => t.mail_commission_liste_princ(),
        CodeMail::CandidatureConfirm => t.mail_candidature_confirm(),
        CodeMail::CandidatureDesist => t.mail_candidature_desist(),
        CodeMail::CandidatureDesistAuto => t.mail_candidature_desist_auto(),
        CodeMail::CommissionAlertDesistement => t.mail_commission_desistement(),
        CodeMail::CandidatureRelanceFavo => t.mail_relance_favo(),
        CodeMail::OffreRetablie => t.mail_offre_retablie(),
        CodeMail::Prolongation => t.mail_prolongation(),
        CodeMail::PiecesModifiees => t.mail_t_pieces_modifiees(),
    }
}
