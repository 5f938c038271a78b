"""Draws the two sample forms beside this file. Needs `pip install reportlab`."""
from pathlib import Path

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

ICI = Path(__file__).parent
FORMULAIRES = {
    "amenagement-handicap": (
        "Demande d'aménagement pour situation de handicap",
        ["Nom et prénom", "Numéro de candidat", "Formation demandée", "Date de naissance", "Téléphone"],
        [
            ("Aménagements déjà obtenus", 3),
            ("Aménagements demandés pour les études et les examens", 5),
            ("Pièces jointes (notification, avis médical sous pli fermé)", 3),
        ],
        "Ce formulaire est lu par la mission handicap seule et ne sert pas à l'examen du dossier.",
    ),
    "demande-vapp": (
        "Demande de validation des acquis professionnels et personnels",
        ["Nom et prénom", "Numéro de candidat", "Formation demandée", "Dernier diplôme obtenu", "Emploi actuel"],
        [
            ("Expériences en rapport avec la formation (employeur, durée, missions)", 6),
            ("Formations suivies hors diplôme", 3),
            ("Acquis que la formation suppose et où je les ai obtenus", 4),
        ],
        "Joignez les attestations d'emploi et de formation à la suite de cette page, en un seul fichier.",
    ),
}


def dessiner(nom, titre, lignes, blocs, note):
    toile = Canvas(str(ICI / f"{nom}.pdf"), pagesize=A4, invariant=1)
    toile.setTitle(titre)
    toile.setAuthor("Service des admissions")
    gauche, droite, y = 20 * mm, 190 * mm, 272 * mm
    toile.setFont("Helvetica-Bold", 15)
    toile.drawString(gauche, y, titre)
    toile.setFont("Helvetica", 9)
    toile.drawString(gauche, y - 6 * mm, "À remplir, dater, signer, puis déposer dans le dossier de candidature.")
    y -= 20 * mm
    toile.setFont("Helvetica", 11)
    for ligne in lignes:
        toile.drawString(gauche, y, ligne)
        toile.acroForm.textfield(
            name=ligne, tooltip=ligne, x=75 * mm, y=y - 2 * mm, width=115 * mm, height=7 * mm,
            borderWidth=0.5, fontSize=10,
        )
        y -= 11 * mm
    for bloc, hauteur in blocs:
        toile.drawString(gauche, y, bloc)
        bas = y - 3 * mm - hauteur * 7 * mm
        toile.acroForm.textfield(
            name=bloc, tooltip=bloc, x=gauche, y=bas, width=droite - gauche, height=hauteur * 7 * mm,
            borderWidth=0.5, fontSize=10, fieldFlags="multiline",
        )
        y = bas - 9 * mm
    toile.drawString(gauche, y, "Fait le")
    toile.drawString(110 * mm, y, "Signature")
    toile.setFont("Helvetica-Oblique", 9)
    toile.drawString(gauche, 15 * mm, note)
    toile.save()


for nom, contenu in FORMULAIRES.items():
    dessiner(nom, *contenu)
