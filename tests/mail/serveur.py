"""A mail server that behaves as its addressees' names ask. Prints its port; writes what it accepts.
Listens on PORT if the environment names one.

Use: serveur.py FOLDER [CERT KEY USER PASSWORD]
  inconnu…  550 5.1.1, no such mailbox       plein…   552 5.2.2, full
  plus-tard… 451 at the first try            coupe…   takes the mail, then cuts the line, once
  muet…     never answers the DATA
"""
import asyncio
import json
import os
import ssl
import sys
from pathlib import Path

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

dossier = Path(sys.argv[1])
dossier.mkdir(parents=True, exist_ok=True)
vus: set[str] = set()
rang = 0


def premiere_fois(adresse: str) -> bool:
    neuve = adresse not in vus
    vus.add(adresse)
    return neuve


class Boite:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("inconnu"):
            return "550 5.1.1 User unknown"
        if address.startswith("plein"):
            return "552 5.2.2 Mailbox full"
        if address.startswith("plus-tard") and premiere_fois(address):
            return "451 4.3.0 Try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        global rang
        adresse = envelope.rcpt_tos[0]
        if adresse.startswith("muet"):
            await asyncio.sleep(3600)
        rang += 1
        nom = f"{rang:06}"
        detail = {"de": envelope.mail_from, "a": envelope.rcpt_tos, "tls": session.ssl is not None,
                  "auth": bool(getattr(session, "authenticated", False))}
        (dossier / f"{nom}.json").write_text(json.dumps(detail))
        provisoire = dossier / f".{nom}.eml"
        provisoire.write_bytes(envelope.original_content)
        provisoire.rename(dossier / f"{nom}.eml")
        if adresse.startswith("coupe") and premiere_fois(adresse):
            server.transport.abort()
        return "250 OK"


def usine():
    options = {"enable_SMTPUTF8": True}
    if len(sys.argv) > 2:
        contexte = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        contexte.load_cert_chain(sys.argv[2], sys.argv[3])

        def verifier(server, session, envelope, mecanisme, donnees):
            juste = isinstance(donnees, LoginPassword) and donnees.login.decode() == sys.argv[4] \
                and donnees.password.decode() == sys.argv[5]
            return AuthResult(success=juste, handled=juste)

        options |= {"tls_context": contexte, "require_starttls": True, "auth_required": True,
                    "authenticator": verifier}
    return SMTP(Boite(), hostname="essai.example", **options)


async def servir():
    serveur = await asyncio.get_running_loop().create_server(usine, "127.0.0.1", int(os.environ.get("PORT", "0")))
    print(serveur.sockets[0].getsockname()[1], flush=True)
    await serveur.serve_forever()


asyncio.run(servir())
