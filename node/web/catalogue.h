/*
 * Every text of the node's own pages, French and English side by side: a text that lacks one does not compile.
 *
 * "{}" stands for an argument that the page fills in. French spaces before ? ! ; are U+202F, before : and inside
 * quotes U+00A0. Texts are plain: pages escape them. Pure; any thread.
 */
#ifndef NODE_WEB_CATALOGUE_H
#define NODE_WEB_CATALOGUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/base/str.h"

enum language { LANGUAGE_FR, LANGUAGE_EN, LANGUAGE_COUNT };

/* X(NAME, French, English) */
#define TEXT_LIST(X) \
	X(LANGUAGE_NAME, "Français", "English") \
	X(ARGUMENT, "{}", "{}") \
	X(SKIP, "Aller au contenu", "Skip to content") \
	X(LEGAL, "Mentions légales", "Legal notice") \
	X(BACK_HOME, "Retour à l’accueil", "Back to the home page") \
	X(SIGN_IN, "Se connecter", "Sign in") \
	X(SIGN_OUT, "Se déconnecter", "Sign out") \
	X(SIGNED_IN_AS, "Vous utilisez le compte {}", "You are signed in as {}") \
	/* Home and legal notice */ \
	X(HOME, "Accueil", "Home") \
	X(HOME_CLOSED, "Cet espace est réservé à ses membres.", "This space is for its members only.") \
	X(HOME_LEAD, "Connectez-vous pour lire ce qui s’y dit et retrouver vos collègues.", \
	  "Sign in to read what is being said and to find your colleagues.") \
	X(HOME_APPS, "Vous pouvez aussi utiliser une application compatible avec Mastodon\u00a0: " \
	  "indiquez-lui l’adresse {}.", "You can also use any app that works with Mastodon: give it the address {}.") \
	X(HOME_PROFILE, "Voir mon profil", "See my profile") \
	X(HOME_NO_ACCOUNT, "Pas encore de compte\u202f? Demandez une invitation à la personne qui administre " \
	  "cet espace.", "No account yet? Ask whoever runs this space for an invitation.") \
	X(LEGAL_WHO, "Qui gère cet espace", "Who runs this space") \
	X(LEGAL_NODE, "Cet espace est un nœud privé du réseau social interne, à l’adresse {}.", \
	  "This space is a private node of the internal social network, at the address {}.") \
	X(LEGAL_CONTACT, "Pour toute question, écrivez à {}.", "For any question, write to {}.") \
	X(LEGAL_NO_CONTACT, "Pour toute question, adressez-vous à la personne qui administre cet espace.", \
	  "For any question, turn to whoever administers this space.") \
	X(LEGAL_DATA, "Vos données", "Your data") \
	X(LEGAL_DATA_KEPT, "Vos publications, votre profil et vos abonnements sont conservés sur ce nœud. Ce que vous " \
	  "adressez à des personnes d’un autre nœud autorisé y est aussi transmis.", \
	  "Your posts, your profile and whom you follow are kept on this node. What you address to people of another " \
	  "allowed node is sent there too.") \
	X(LEGAL_DATA_RIGHTS, "Vous pouvez demander à consulter, rectifier ou effacer vos données.", \
	  "You may ask to see, correct or erase your data.") \
	X(LEGAL_PRIVACY, "Politique de confidentialité", "Privacy policy") \
	X(LEGAL_TERMS, "Conditions d’utilisation", "Terms of service") \
	X(LEGAL_RULES, "Règles de cet espace", "Rules of this space") \
	X(LEGAL_COOKIES, "Cookies", "Cookies") \
	X(LEGAL_COOKIES_KEPT, "Ces pages n’utilisent que les cookies nécessaires à la connexion, à la sécurité des " \
	  "formulaires et au choix de la langue. Aucun ne sert à vous suivre.", \
	  "These pages use only the cookies that sign-in, safe forms and the choice of language need. None of them " \
	  "tracks you.") \
	/* Sign-in and sign-up */ \
	X(SIGN_IN_LEAD, "Entrez vos identifiants pour continuer.", "Enter your name and password to continue.") \
	X(FIELD_NAME, "Nom ou adresse e-mail", "Name or e-mail address") \
	X(FIELD_PASSWORD, "Mot de passe", "Password") \
	X(SIGN_IN_WRONG, "Le nom ou le mot de passe est incorrect.", "The name or the password is wrong.") \
	X(SIGN_IN_WAIT, "Trop d’essais. Réessayez dans quelques minutes.", "Too many tries. Please try again in some minutes.") \
	X(SIGN_IN_DIRECTORY_DOWN, "L’annuaire de l’entreprise ne répond pas. Réessayez dans quelques minutes\u202f; seuls les comptes propres à ce nœud peuvent se connecter.", \
	  "The company’s directory does not answer. Please try again in some minutes; only accounts of this node itself can sign in.") \
	X(SIGN_IN_UNLINKED, "Un compte de ce nœud porte déjà ce nom ou cette adresse, sans être lié à l’annuaire. Connectez-vous avec son propre mot de passe, ou demandez à votre service du personnel de le lier.", \
	  "An account of this node has this name or address and is not linked to the directory. Sign in with its own password, or ask your people manager to link it.") \
	X(SIGN_IN_NO_ACCOUNT, "Votre mot de passe est juste, mais vous n’avez pas encore de compte ici. Demandez-le à votre service du personnel.", \
	  "Your password is right, but you have no account here yet. Please ask your people manager for one.") \
	X(FORM_EXPIRED, "Cette page avait expiré. Veuillez réessayer.", "This page had expired. Please try again.") \
	X(SIGN_UP, "Choisir un mot de passe", "Choose a password") \
	X(SIGN_UP_WELCOME, "Bienvenue, {}", "Welcome, {}") \
	X(SIGN_UP_LEAD, "Choisissez le mot de passe du compte {}.", "Choose the password of the account {}.") \
	X(FIELD_NEW_PASSWORD, "Nouveau mot de passe", "New password") \
	X(FIELD_NEW_PASSWORD_HINT, "Au moins 10 caractères. Une phrase facile à retenir convient très bien.", \
	  "At least 10 characters. A sentence that is easy to remember does very well.") \
	X(FIELD_REPEAT, "Le même, encore une fois", "The same once more") \
	X(SIGN_UP_SUBMIT, "Enregistrer et se connecter", "Save and sign in") \
	X(SIGN_UP_LENGTH, "Le mot de passe doit compter au moins 10 caractères, et au plus 511 octets.", \
	  "The password must have at least 10 characters, and at most 511 bytes.") \
	X(SIGN_UP_DIFFER, "Les deux mots de passe ne sont pas identiques.", "The two passwords are not the same.") \
	X(SIGN_UP_GONE, "Ce lien n’est plus valable", "This link is no longer valid") \
	X(SIGN_UP_GONE_LEAD, "Un lien d’inscription ne sert qu’une fois, pendant 7 jours. Demandez-en un nouveau à la " \
	  "personne qui administre cet espace.", \
	  "A sign-up link works once, within 7 days. Ask whoever administers this space for a new one.") \
	/* Invitations */ \
	X(INVITATION, "Invitation", "Invitation") \
	X(INVITATION_WELCOME, "Bienvenue sur {}", "Welcome to {}") \
	X(INVITATION_BY, "{} vous invite à rejoindre cet espace.", "{} invites you to join this space.") \
	X(INVITATION_LEAD, "Vous êtes invité à rejoindre cet espace.", "You are invited to join this space.") \
	X(INVITATION_ROLE, "Rôle", "Role") \
	X(INVITATION_DEPARTMENT, "Service", "Department") \
	X(INVITATION_COMMUNITIES, "Communautés", "Communities") \
	X(INVITATION_EMAIL, "Adresse e-mail", "E-mail address") \
	X(INVITATION_UNTIL, "Valable jusqu’au", "Valid until") \
	X(INVITATION_DISPLAY_NAME, "Votre nom, tel que les autres le verront", "Your name, as others will see it") \
	X(INVITATION_NAME, "Identifiant", "User name") \
	X(INVITATION_NAME_HINT, "Lettres sans accent, chiffres, points, tirets et tirets bas\u00a0: lea.morel. Il ne change plus " \
	  "ensuite.", "Letters a to z, digits, dots, hyphens and underscores: lea.morel. It does not change afterwards.") \
	X(INVITATION_SUBMIT, "Créer mon compte", "Create my account") \
	X(INVITATION_NAME_WRONG, "Cet identifiant n’est pas possible\u00a0: 30 lettres sans accent et chiffres au plus, avec des " \
	  "points, tirets ou tirets bas entre eux.", \
	  "This user name is not possible: at most 30 letters a to z and digits, with dots, hyphens or underscores between them.") \
	X(INVITATION_NAME_TAKEN, "Cet identifiant est déjà pris.", "This user name is taken.") \
	X(INVITATION_EMAIL_WRONG, "Cette adresse e-mail n’est pas valable.", "This is no valid e-mail address.") \
	X(INVITATION_EMAIL_REFUSED, "Cette adresse e-mail ne peut pas être utilisée ici. Prenez votre adresse professionnelle.", \
	  "This e-mail address cannot be used here. Take the one that you have at work.") \
	X(INVITATION_DISPLAY_NAME_WRONG, "Le nom compte 100 caractères au plus, sur une ligne.", \
	  "The name has at most 100 characters, on one line.") \
	X(INVITATION_GONE, "Cette invitation n’est plus valable", "This invitation is no longer valid") \
	X(INVITATION_GONE_LEAD, "Elle a expiré, a déjà servi ou a été retirée, ou bien l’adresse est incomplète. Demandez-en une " \
	  "nouvelle à la personne qui vous l’a envoyée.", \
	  "It has expired, was used or taken back, or the address is not complete. Ask whoever sent it for a new one.") \
	X(INVITATION_CONFIRM, "Encore une étape", "One more step") \
	X(INVITATION_CONFIRM_LEAD, "Un message vient de partir à votre adresse. Suivez son lien pour la confirmer\u00a0: votre compte " \
	  "s’ouvrira.", "A message has just gone to your address. Follow its link to confirm it, and your account opens.") \
	X(INVITATION_WAITS, "Votre compte est créé", "Your account is made") \
	X(INVITATION_WAITS_LEAD, "Une personne de la modération va le valider. Vous pourrez ensuite vous connecter avec le mot de " \
	  "passe que vous venez de choisir.", \
	  "A moderator will let you in. After that you can sign in with the password that you have just chosen.") \
	X(INVITATIONS, "Invitations", "Invitations") \
	X(INVITATIONS_LEAD, "Qui reçoit une invitation crée son compte lui-même. Vous en répondez tant qu’elle est ouverte.", \
	  "Who gets an invitation makes the account themselves. You answer for it as long as it is open.") \
	X(INVITATIONS_NAME, "Nom de la personne", "Name of the person") \
	X(INVITATIONS_EMAIL_HINT, "Seule cette adresse pourra l’utiliser. Laissez vide pour un lien à remettre à qui vous voulez.", \
	  "It can be used with this address only. Leave it empty for a link to hand over to whom you want.") \
	X(INVITATIONS_EMAIL_MAILED, "L’invitation y est envoyée, et seule cette adresse pourra l’utiliser. Laissez vide pour un lien " \
	  "à remettre vous-même.", \
	  "The invitation is sent there, and can be used with this address only. Leave it empty for a link to hand over " \
	  "yourself.") \
	X(INVITATIONS_COMMUNITIES_HINT, "À rejoindre, séparées par des virgules. Leurs noms sont gardés pour le jour où cet espace " \
	  "aura des communautés.", \
	  "To join, with commas between. Their names are kept for the day when this space has communities.") \
	X(INVITATIONS_LANGUAGE, "Langue", "Language") \
	X(INVITATIONS_FRENCH, "Français", "French") \
	X(INVITATIONS_ENGLISH, "Anglais", "English") \
	X(INVITATIONS_USES, "Nombre de personnes", "How many people") \
	X(INVITATIONS_USES_HINT, "Plus d’une\u00a0: seulement pour un lien sans adresse.", "More than one: only for a link without an address.") \
	X(INVITATIONS_SUBMIT, "Inviter", "Invite") \
	X(INVITATIONS_EMAIL, "Cette adresse ne peut pas être invitée\u00a0: elle n’est pas valable, ou son domaine n’est pas admis ici.", \
	  "This address cannot be invited: it is not valid, or its domain is not let in here.") \
	X(INVITATIONS_KNOWN, "Cette personne a déjà un compte ou une invitation ouverte.", \
	  "This person has an account or an open invitation already.") \
	X(INVITATIONS_USES_WRONG, "Le nombre de personnes va de 1 à 1000, et vaut 1 pour une adresse ou un rôle.", \
	  "The number of people is from 1 to 1000, and 1 for an address or a role.") \
	X(INVITATIONS_WRONG, "Un champ est trop long ou n’est pas valable\u00a0: 100 caractères par ligne, 20 communautés.", \
	  "A field is too long or not valid: 100 characters a line, 20 communities.") \
	X(INVITATIONS_LIMIT, "Vous avez autant d’invitations ouvertes que possible. Une place retirée se libère un jour plus tard.", \
	  "You have as many invitations open as you may. A place that is taken back is free a day later.") \
	X(INVITATIONS_OVER, "Cette invitation a déjà servi ou a été retirée.", "This invitation was used or taken back already.") \
	X(INVITATIONS_HAND_OVER, "Voici le lien à remettre. Il ne s’affiche qu’une fois.", \
	  "Here is the link to hand over. It is shown once only.") \
	X(INVITATIONS_MAILED, "L’invitation part par e-mail à {}.", "The invitation is on its way to {}.") \
	X(INVITATIONS_REVOKED_DONE, "L’invitation est retirée.", "The invitation is taken back.") \
	X(INVITATIONS_ALL, "Toutes les invitations", "All invitations") \
	X(INVITATIONS_MINE, "Vos invitations", "Your invitations") \
	X(INVITATIONS_NONE, "Aucune pour le moment.", "None yet.") \
	X(INVITATIONS_LINK, "Lien sans adresse", "Link without an address") \
	X(INVITATIONS_OPEN, "Ouverte", "Open") \
	X(INVITATIONS_USED, "Utilisée", "Used") \
	X(INVITATIONS_EXPIRED, "Expirée", "Expired") \
	X(INVITATIONS_REVOKED, "Retirée", "Taken back") \
	X(INVITATIONS_SPONSOR, "Par {}", "By {}") \
	X(INVITATIONS_COUNT, "Utilisations\u00a0: {}", "Uses: {}") \
	X(INVITATIONS_MAIL_SENT, "E-mail envoyé", "Mail sent") \
	X(INVITATIONS_MAIL_WAITING, "E-mail en route", "Mail on its way") \
	X(INVITATIONS_MAIL_FAILED, "E-mail non remis", "Mail not delivered") \
	X(INVITATIONS_RESEND, "Renvoyer", "Send again") \
	X(INVITATIONS_RESEND_EXPIRED, "Renvoyer celles qui ont expiré", "Send the expired ones again") \
	X(INVITATIONS_RESENT, "Invitations renvoyées par e-mail\u00a0: {}.", "Invitations sent again: {}.") \
	X(INVITATIONS_RENEW, "Nouveau lien", "New link") \
	X(INVITATIONS_REVOKE, "Retirer", "Take back") \
	X(INVITATIONS_OLDER, "Invitations plus anciennes", "Older invitations") \
	X(SHEET, "Inviter une liste de personnes", "Invite a list of people") \
	X(SHEET_LEAD, "Un fichier CSV en UTF-8, tel qu’un tableur l’enregistre. La première ligne nomme les colonnes\u00a0: courriel, nom, " \
	  "identifiant, service, communautés, langue. Seul le courriel est obligatoire. Qui est déjà inscrit ou invité est passé\u00a0: le " \
	  "même fichier peut revenir.", \
	  "A CSV file in UTF-8, as a spreadsheet saves it. The first row names the columns: email, display_name, name, department, " \
	  "communities, language. Only email must be there. Who is here or invited already is passed over: the same file may come " \
	  "again.") \
	X(SHEET_FILE, "Fichier", "File") \
	X(SHEET_DRY, "Vérifier seulement, n’inviter personne", "Only check, and invite nobody") \
	X(SHEET_SUBMIT, "Envoyer le fichier", "Send the file") \
	X(SHEET_BAD, "Ce fichier ne va pas\u00a0: ce n’est pas un CSV en UTF-8, il n’a pas de colonne courriel, une colonne est inconnue ou " \
	  "double, ou il nomme plus de 2000 personnes, ou aucune.", \
	  "This file will not do: it is no CSV in UTF-8, has no column email, has a column that is not known or twice there, or names " \
	  "more than 2000 people, or nobody.") \
	X(SHEET_LINE, "Ligne", "Line") \
	X(SHEET_PERSON, "Personne", "Person") \
	X(SHEET_RESULT, "Résultat", "Result") \
	X(SHEET_COUNT, "Personnes invitées\u00a0: {}.", "People invited: {}.") \
	X(SHEET_COUNT_DRY, "Rien n’est envoyé encore. Personnes qui peuvent être invitées\u00a0: {}.", \
	  "Nothing was sent yet. People who can be invited: {}.") \
	X(SHEET_COUNT_REFUSED, "Lignes refusées\u00a0: {}.", "Lines that are refused: {}.") \
	X(SHEET_LINKS, "Les liens ne s’affichent qu’une fois\u00a0: copiez-les maintenant.", "The links are shown once only: copy them now.") \
	X(SHEET_ACCEPTED, "Invitée", "Invited") \
	X(SHEET_POSSIBLE, "Peut être invitée", "Can be invited") \
	X(SHEET_MAILED, "Invitée par e-mail", "Invited by mail") \
	X(SHEET_KNOWN, "Refusée\u00a0: déjà inscrite, déjà invitée, ou plus haut dans le fichier", \
	  "Refused: here already, invited already, or in a line above") \
	X(SHEET_CHECK, "Refusée\u00a0: à vérifier, {}", "Refused: please check, {}") \
	X(SHEET_CELLS, "Refusée\u00a0: plus de cases que la première ligne", "Refused: more cells than the first row") \
	X(INVITATIONS_NOT_YOURS, "Dans cet espace, ce sont les ressources humaines qui invitent. Adressez-vous à elles.", \
	  "In this space people managers invite. Turn to them.") \
	X(ROLE_MEMBER, "Membre", "Member") \
	X(ROLE_MODERATOR, "Modération", "Moderator") \
	X(ROLE_PEOPLE_MANAGER, "Ressources humaines", "People manager") \
	X(ROLE_DATA_PROTECTION_OFFICER, "Protection des données", "Data protection officer") \
	X(ROLE_ADMIN, "Administration technique", "Technical administrator") \
	/* A forgotten password */ \
	X(RESET, "Mot de passe oublié", "Forgotten password") \
	X(RESET_LINK, "Mot de passe oublié\u202f?", "Forgotten your password?") \
	X(RESET_LEAD, "Indiquez votre nom ou votre adresse\u00a0: un message vous dira comment choisir un nouveau mot de passe.", \
	  "Enter your name or address: a message will tell you how to choose a new password.") \
	X(RESET_SEND, "Envoyer le message", "Send the message") \
	X(RESET_SENT, "Regardez vos messages", "Look at your mail") \
	X(RESET_SENT_LEAD, "Si un compte correspond, un message vient de partir. Son lien sert une fois, pendant une heure. Rien " \
	  "n’arrive\u202f? Regardez dans les indésirables, puis adressez-vous à l’administration.", \
	  "If there is such an account, a message is on its way. Its link works once, within an hour. Nothing comes? Look among " \
	  "the spam, then turn to the administration.") \
	X(RESET_OFF, "Cet espace n’envoie pas de messages. Demandez un lien à la personne qui l’administre.", \
	  "This space sends no mail. Ask whoever administers it for a link.") \
	X(RESET_ENDS, "Toutes vos sessions et applications seront déconnectées.", "All your sessions and apps will be signed out.") \
	X(RESET_SAVE, "Enregistrer", "Save") \
	X(RESET_DONE, "C’est fait\u00a0: connectez-vous avec votre nouveau mot de passe.", "Done: sign in with your new password.") \
	X(RESET_GONE_LEAD, "Il ne sert qu’une fois, pendant une heure. Vous pouvez en demander un autre.", \
	  "It works once, within an hour. You can ask for another one.") \
	/* One's e-mail address */ \
	X(EMAIL, "Adresse e-mail", "E-mail address") \
	X(EMAIL_LEAD, "Votre adresse est {}.", "Your address is {}.") \
	X(EMAIL_OFF, "Cet espace n’envoie pas de messages\u00a0: demandez à l’administration de changer votre adresse.", \
	  "This space sends no mail: ask the administration to change your address.") \
	X(EMAIL_WAITS, "Un message est parti à {}. Cette adresse comptera dès que vous aurez suivi son lien.", \
	  "A message went to {}. That address counts once you have followed its link.") \
	X(EMAIL_BOUNCED, "Le message à {} a été refusé\u00a0: cette adresse existe-t-elle\u202f?", \
	  "The message to {} was refused: is there such an address?") \
	X(EMAIL_AGAIN, "Renvoyer le message", "Send the message again") \
	X(EMAIL_OTHER, "Une autre adresse", "Another address") \
	X(EMAIL_NEW, "Nouvelle adresse", "New address") \
	X(EMAIL_NEW_HINT, "Un message y sera envoyé pour la confirmer. L’ancienne sera prévenue du changement.", \
	  "A message goes there to confirm it. The former one is told of the change.") \
	X(EMAIL_CHANGE, "Changer d’adresse", "Change address") \
	X(EMAIL_INVALID, "Cette adresse n’est pas valable.", "This is no valid address.") \
	X(EMAIL_DENIED, "Les adresses de ce domaine ne sont pas admises ici.", "Addresses of this domain are not admitted here.") \
	X(EMAIL_TAKEN, "Cette adresse est déjà utilisée.", "This address is in use already.") \
	X(EMAIL_LIMIT, "Trop de messages sont partis à cette adresse. Réessayez dans une heure.", \
	  "Too many messages went to this address. Try again in an hour.") \
	X(EMAIL_CONFIRM, "Confirmer une adresse", "Confirm an address") \
	X(EMAIL_CONFIRM_LEAD, "L’adresse {} est-elle la vôtre\u202f?", "Is {} your address?") \
	X(EMAIL_CONFIRM_DO, "Oui, la confirmer", "Yes, confirm it") \
	X(EMAIL_CONFIRMED, "Adresse confirmée", "Address confirmed") \
	X(EMAIL_CONFIRMED_LEAD, "Merci. Si votre demande d’accès attend encore une réponse, un message vous préviendra.", \
	  "Thank you. If your request to join still waits for an answer, a message will tell you.") \
	X(EMAIL_GONE_LEAD, "Il ne sert qu’une fois, pendant deux jours. Vous pouvez en demander un autre.", \
	  "It works once, within two days. You can ask for another one.") \
	/* Authorization of an app */ \
	X(AUTHORIZE, "Autoriser une application", "Authorize an app") \
	X(AUTHORIZE_ASKS, "{} souhaite utiliser votre compte", "{} would like to use your account") \
	X(AUTHORIZE_MAY, "Cette application pourra\u00a0:", "This app will be able to:") \
	X(AUTHORIZE_WEBSITE, "Site que l’application indique\u00a0: {}", "The app gives this as its site: {}") \
	X(AUTHORIZE_ADMIN, "Attention\u202f: cette application demande des droits d’administration. Si vous administrez " \
	  "cet espace, elle pourra agir sur les comptes et les règles de tous. N’autorisez que si c’est bien ce que vous " \
	  "voulez.", \
	  "Careful: this app asks for administration rights. If you administer this space, it can act on everybody’s " \
	  "accounts and on the rules. Allow this only if that is what you mean.") \
	X(AUTHORIZE_RETURN, "Vous irez ensuite sur {}.", "Afterwards you will be sent to {}.") \
	X(AUTHORIZE_RETURN_APP, "Vous reviendrez ensuite dans l’application.", "Afterwards you will return to the app.") \
	X(AUTHORIZE_RETURN_CODE, "Ensuite, un code à copier dans l’application s’affichera.", \
	  "Afterwards you will see a code to copy into the app.") \
	X(AUTHORIZE_SIGN_IN, "Connectez-vous pour décider.", "Sign in to decide.") \
	X(AUTHORIZE_OTHER, "Utiliser un autre compte", "Use another account") \
	X(AUTHORIZE_ALLOW, "Autoriser", "Allow") \
	X(AUTHORIZE_SIGN_IN_ALLOW, "Se connecter et autoriser", "Sign in and allow") \
	X(AUTHORIZE_DENY, "Refuser", "Deny") \
	X(AUTHORIZE_CODE, "Votre code d’autorisation", "Your authorization code") \
	X(AUTHORIZE_CODE_LEAD, "Copiez ce code dans l’application {}. Il est valable 10 minutes et ne sert qu’une fois.", \
	  "Copy this code into the app {}. It is valid for 10 minutes and works once.") \
	X(AUTHORIZE_DENIED, "Accès refusé", "Access denied") \
	X(AUTHORIZE_DENIED_LEAD, "L’application n’a pas eu accès à votre compte. Vous pouvez fermer cette page.", \
	  "The app was not given access to your account. You may close this page.") \
	X(AUTHORIZE_BAD, "Demande d’autorisation invalide", "Invalid authorization request") \
	X(AUTHORIZE_BAD_CLIENT, "Cette application n’est pas connue ici. Retournez-y et recommencez la connexion.", \
	  "This app is not known here. Go back to it and start signing in again.") \
	X(AUTHORIZE_BAD_REDIRECT, "L’adresse de retour n’est pas celle que l’application a enregistrée. Par sécurité, " \
	  "la demande s’arrête ici.", \
	  "The return address is not one the app has registered. For safety, the request ends here.") \
	X(AUTHORIZE_BAD_TYPE, "L’application demande un type de réponse inconnu.", \
	  "The app asks for an unknown type of response.") \
	X(AUTHORIZE_BAD_SCOPE, "L’application demande des droits inconnus, ou plus qu’elle n’en a enregistré.", \
	  "The app asks for unknown permissions, or for more than it has registered.") \
	X(AUTHORIZE_BAD_CHALLENGE, "La protection PKCE de la demande n’est pas valable\u00a0: seule S256 est acceptée.", \
	  "The PKCE protection of the request is not valid: only S256 is accepted.") \
	/* Sessions and apps */ \
	X(SESSIONS, "Sessions et applications", "Sessions and apps") \
	X(SESSIONS_LEAD, "Tout ce qui a accès à votre compte. Mettez fin à ce que vous ne reconnaissez pas, puis " \
	  "demandez un nouveau mot de passe à la personne qui administre cet espace.", \
	  "All that has access to your account. End what you do not recognise, then ask whoever administers this space " \
	  "for a new password.") \
	X(SESSIONS_ENDED, "C’est fait\u00a0: cet accès est terminé.", "Done: that access has ended.") \
	X(SESSIONS_BROWSERS, "Navigateurs", "Browsers") \
	X(SESSIONS_THIS, "Ce navigateur", "This browser") \
	X(SESSIONS_UNKNOWN, "Navigateur inconnu", "Unknown browser") \
	X(SESSIONS_BEGUN, "Connecté le", "Signed in on") \
	X(SESSIONS_USED, "Dernière utilisation le", "Last used on") \
	X(SESSIONS_END, "Déconnecter", "Sign out") \
	X(SESSIONS_END_OTHERS, "Déconnecter tous les autres navigateurs", "Sign out all other browsers") \
	X(SESSIONS_APPS, "Applications", "Apps") \
	X(SESSIONS_NO_APPS, "Aucune application n’a accès à votre compte.", "No app has access to your account.") \
	X(SESSIONS_SCRIPT, "Script (jeton créé en ligne de commande)", "Script (token made on the command line)") \
	X(SESSIONS_ADMIN, "Administration", "Administration") \
	X(SESSIONS_GRANTED, "Autorisée le", "Allowed on") \
	X(SESSIONS_MAY, "Ce qu’elle peut faire", "What it may do") \
	X(SESSIONS_REVOKE, "Retirer l’accès", "Remove access") \
	X(SESSIONS_OLDER, "Applications plus anciennes", "Older apps") \
	/* What an app may do, one line a scope */ \
	X(SCOPE_READ, "Lire tout ce que votre compte peut voir\u00a0: publications, messages directs, notifications, " \
	  "réglages", "Read all that your account can see: posts, direct messages, notifications, settings") \
	X(SCOPE_WRITE, "Agir en votre nom\u00a0: publier, modifier, supprimer, réagir, changer votre profil", \
	  "Act on your behalf: post, edit, delete, react, change your profile") \
	X(SCOPE_FOLLOW, "Gérer les comptes que vous suivez, bloquez ou masquez", \
	  "Manage the accounts you follow, block or mute") \
	X(SCOPE_ADMIN_READ, "Lire toutes les données d’administration", "Read all administration data") \
	X(SCOPE_ADMIN_WRITE, "Modifier toutes les données d’administration", "Change all administration data") \
	X(SCOPE_OFFLINE_ACCESS, "Renouveler son accès sans vous redemander", "Renew its access without asking you again") \
	X(SCOPE_PROFILE, "Connaître votre nom et votre photo de profil", "Know your name and profile picture") \
	X(SCOPE_PUSH, "Vous envoyer des notifications", "Send you notifications") \
	X(SCOPE_READ_ACCOUNTS, "Voir les informations de votre compte", "See your account details") \
	X(SCOPE_READ_BLOCKS, "Voir les comptes que vous bloquez", "See the accounts you block") \
	X(SCOPE_READ_BOOKMARKS, "Voir vos signets", "See your bookmarks") \
	X(SCOPE_READ_COLLECTIONS, "Voir vos collections", "See your collections") \
	X(SCOPE_READ_FAVOURITES, "Voir vos favoris", "See your favourites") \
	X(SCOPE_READ_FILTERS, "Voir vos filtres", "See your filters") \
	X(SCOPE_READ_FOLLOWS, "Voir vos abonnements et vos abonnés", "See whom you follow and who follows you") \
	X(SCOPE_READ_LISTS, "Voir vos listes", "See your lists") \
	X(SCOPE_READ_MUTES, "Voir les comptes que vous masquez", "See the accounts you mute") \
	X(SCOPE_READ_NOTIFICATIONS, "Voir vos notifications", "See your notifications") \
	X(SCOPE_READ_SEARCH, "Rechercher avec votre compte", "Search with your account") \
	X(SCOPE_READ_STATUSES, "Voir les publications que vous pouvez lire", "See the posts that you can read") \
	X(SCOPE_WRITE_ACCOUNTS, "Modifier votre profil", "Change your profile") \
	X(SCOPE_WRITE_BLOCKS, "Bloquer et débloquer des comptes", "Block and unblock accounts") \
	X(SCOPE_WRITE_BOOKMARKS, "Ajouter et retirer des signets", "Add and remove bookmarks") \
	X(SCOPE_WRITE_COLLECTIONS, "Modifier vos collections", "Change your collections") \
	X(SCOPE_WRITE_CONVERSATIONS, "Marquer comme lues et retirer des conversations", \
	  "Mark conversations as read and remove them") \
	X(SCOPE_WRITE_FAVOURITES, "Ajouter et retirer des favoris", "Add and remove favourites") \
	X(SCOPE_WRITE_FILTERS, "Modifier vos filtres", "Change your filters") \
	X(SCOPE_WRITE_FOLLOWS, "Suivre des comptes et cesser de les suivre", "Follow and unfollow accounts") \
	X(SCOPE_WRITE_LISTS, "Modifier vos listes", "Change your lists") \
	X(SCOPE_WRITE_MEDIA, "Envoyer des images et d’autres fichiers", "Upload pictures and other files") \
	X(SCOPE_WRITE_MUTES, "Masquer des comptes et des fils", "Mute accounts and threads") \
	X(SCOPE_WRITE_NOTIFICATIONS, "Effacer vos notifications", "Clear your notifications") \
	X(SCOPE_WRITE_REPORTS, "Signaler des contenus à la modération", "Report content to the moderators") \
	X(SCOPE_WRITE_STATUSES, "Publier, modifier et supprimer en votre nom", "Post, edit and delete on your behalf") \
	X(SCOPE_ADMIN_READ_ACCOUNTS, "Administration\u00a0: lire les comptes", "Administration: read accounts") \
	X(SCOPE_ADMIN_READ_REPORTS, "Administration\u00a0: lire les signalements", "Administration: read reports") \
	X(SCOPE_ADMIN_READ_DOMAIN_ALLOWS, "Administration\u00a0: lire les nœuds autorisés", \
	  "Administration: read allowed nodes") \
	X(SCOPE_ADMIN_READ_DOMAIN_BLOCKS, "Administration\u00a0: lire les nœuds bloqués", \
	  "Administration: read blocked nodes") \
	X(SCOPE_ADMIN_READ_IP_BLOCKS, "Administration\u00a0: lire les adresses IP bloquées", \
	  "Administration: read blocked IP addresses") \
	X(SCOPE_ADMIN_READ_EMAIL_DOMAIN_BLOCKS, "Administration\u00a0: lire les domaines d’e-mail bloqués", \
	  "Administration: read blocked e-mail domains") \
	X(SCOPE_ADMIN_READ_CANONICAL_EMAIL_BLOCKS, "Administration\u00a0: lire les adresses e-mail bloquées", \
	  "Administration: read blocked e-mail addresses") \
	X(SCOPE_ADMIN_WRITE_ACCOUNTS, "Administration\u00a0: modifier les comptes", "Administration: change accounts") \
	X(SCOPE_ADMIN_WRITE_REPORTS, "Administration\u00a0: traiter les signalements", "Administration: handle reports") \
	X(SCOPE_ADMIN_WRITE_DOMAIN_ALLOWS, "Administration\u00a0: modifier les nœuds autorisés", \
	  "Administration: change allowed nodes") \
	X(SCOPE_ADMIN_WRITE_DOMAIN_BLOCKS, "Administration\u00a0: modifier les nœuds bloqués", \
	  "Administration: change blocked nodes") \
	X(SCOPE_ADMIN_WRITE_IP_BLOCKS, "Administration\u00a0: modifier les adresses IP bloquées", \
	  "Administration: change blocked IP addresses") \
	X(SCOPE_ADMIN_WRITE_EMAIL_DOMAIN_BLOCKS, "Administration\u00a0: modifier les domaines d’e-mail bloqués", \
	  "Administration: change blocked e-mail domains") \
	X(SCOPE_ADMIN_WRITE_CANONICAL_EMAIL_BLOCKS, "Administration\u00a0: modifier les adresses e-mail bloquées", \
	  "Administration: change blocked e-mail addresses") \
	/* Profiles and posts */ \
	X(PROFILE_POSTS, "Publications", "Posts") \
	X(PROFILE_POST, "Publication", "Post") \
	X(PROFILE_FOLLOWERS, "Abonnés", "Followers") \
	X(PROFILE_FOLLOWER, "Abonné", "Follower") \
	X(PROFILE_FOLLOWING, "Abonnements", "Following") \
	X(PROFILE_FOLLOWING_ONE, "Abonnement", "Following") \
	X(PROFILE_SINCE, "Membre depuis le {}", "Member since {}") \
	X(PROFILE_MOVED, "Ce compte a déménagé :", "This account has moved to:") \
	X(PROFILE_EMPTY, "Aucune publication à lire ici. Les réponses se lisent sous ce à quoi elles répondent.", \
	  "No posts to read here. Answers stand below what they answer.") \
	X(PROFILE_OLDER, "Publications plus anciennes", "Older posts") \
	X(PROFILE_NEWEST, "Publications les plus récentes", "Newest posts") \
	X(POST_TITLE, "Publication de {}", "Post by {}") \
	X(POST_BOOSTED, "{} a partagé", "{} shared") \
	X(POST_EDITED, "modifiée", "edited") \
	X(POST_REPLIES, "Réponses", "Replies") \
	X(POST_SPOILER, "Avertissement\u00a0: {}", "Content warning: {}") \
	X(POST_ATTACHMENT, "Pièce jointe", "Attachment") \
	X(VISIBILITY_PUBLIC, "Public", "Public") \
	X(VISIBILITY_UNLISTED, "Public, non listé", "Public, not listed") \
	X(VISIBILITY_FOLLOWERS, "Abonnés seulement", "Followers only") \
	X(VISIBILITY_DIRECT, "Message direct", "Direct message") \
	X(COUNT_REPLIES, "Réponses\u00a0: {}", "Replies: {}") \
	X(COUNT_REBLOGS, "Partages\u00a0: {}", "Shares: {}") \
	X(COUNT_FAVOURITES, "Favoris\u00a0: {}", "Favourites: {}") \
	/* Second factor */ \
	X(SECURITY, "Sécurité de la connexion", "Sign-in security") \
	X(SECURITY_LEAD, "Un deuxième facteur protège votre compte même si quelqu’un apprend votre mot de passe.", \
	  "A second factor protects your account even if somebody learns your password.") \
	X(SECURITY_DONE, "C’est fait.", "Done.") \
	X(SECURITY_SESSIONS, "Voir les navigateurs et applications qui ont accès à votre compte", \
	  "See the browsers and apps that have access to your account") \
	X(SECURITY_PASSWORD_WRONG, "Le mot de passe est incorrect.", "The password is wrong.") \
	X(TOTP, "Application d’authentification", "Authenticator app") \
	X(TOTP_LEAD, "Une application de votre téléphone affiche un code à six chiffres, demandé après le mot de passe.", \
	  "An app on your phone shows a six-digit code, which is asked for after the password.") \
	X(TOTP_BEGIN, "Configurer une application", "Set up an app") \
	X(TOTP_SCAN, "Scannez ce code avec l’application, puis entrez les six chiffres qu’elle affiche.", \
	  "Scan this code with the app, then enter the six digits that it shows.") \
	X(TOTP_PICTURE, "Code QR à scanner avec l’application", "QR code to scan with the app") \
	X(TOTP_BY_HAND, "Vous ne pouvez pas le scanner\u202f? Entrez cette clé dans l’application\u00a0:", \
	  "Cannot scan it? Enter this key in the app:") \
	X(TOTP_CONFIRM, "Activer", "Turn on") \
	X(TOTP_SINCE, "Activée depuis le", "On since") \
	X(SECURITY_CHANGE, "Changer quelque chose", "Change something") \
	X(SECURITY_CHANGE_LEAD, "Entrez votre mot de passe et un code, puis choisissez.", \
	  "Enter your password and a code, then choose.") \
	X(SECURITY_CHOOSE, "Choisissez ce qui doit changer\u00a0: chaque bouton dit ce qu’il fait.", \
	  "Choose what is to change: each button says what it does.") \
	X(SECURITY_SET_UP_LEAD, "Entrez votre mot de passe, puis choisissez.", "Enter your password, then choose.") \
	X(TOTP_REPLACE, "Changer d’appareil", "Use another device") \
	X(TOTP_END, "Désactiver l’application", "Turn the app off") \
	X(CANCEL, "Annuler", "Cancel") \
	X(PASSKEYS, "Clés d’accès", "Passkeys") \
	X(PASSKEYS_LEAD, "Une clé d’accès reste sur votre appareil, qui vous reconnaît à votre empreinte, votre visage ou un code. " \
	  "Elle connecte sans mot de passe et ne se laisse pas voler par une fausse page.", \
	  "A passkey stays on your device, which knows you by your finger, your face or a PIN. It signs you in without a " \
	  "password, and no false page can steal it.") \
	X(PASSKEYS_NONE_HERE, "Cet espace n’a pas de clés d’accès\u00a0: les navigateurs n’en donnent qu’aux adresses en https " \
	  "qui portent un nom.", "There are no passkeys here: browsers have them only for https addresses with a name.") \
	X(PASSKEYS_SCRIPT, "Les clés d’accès ont besoin de JavaScript et d’un navigateur qui les connaît.", \
	  "Passkeys need JavaScript and a browser that knows them.") \
	X(PASSKEY_NAME, "Nom de la nouvelle clé", "Name of the new passkey") \
	X(PASSKEY_NAME_HINT, "Par exemple le nom de l’appareil. Facultatif.", "The name of the device, say. Optional.") \
	X(PASSKEY_ADD, "Ajouter une clé d’accès", "Add a passkey") \
	X(PASSKEY_MADE, "Ajoutée le", "Added on") \
	X(PASSKEY_USED, "Dernière utilisation le", "Last used on") \
	X(PASSKEY_UNUSED, "Jamais utilisée", "Never used") \
	X(PASSKEY_SYNCED, "Partagée entre vos appareils", "Shared by your devices") \
	X(PASSKEY_REMOVE, "Supprimer", "Remove") \
	X(PASSKEY_SUSPECT, "Refusée\u00a0: son compteur est revenu en arrière, il en existe peut-être une copie. Supprimez-la.", \
	  "Refused: its counter went back, so there may be a copy of it. Remove it.") \
	X(PASSKEY_WRONG, "Cette clé d’accès n’a pas été acceptée.", "This passkey was not accepted.") \
	X(PASSKEY_TAKEN, "Cette clé d’accès est déjà enregistrée.", "This passkey is registered already.") \
	X(PASSKEY_MANY, "Vous avez déjà vingt clés d’accès. Supprimez-en une d’abord.", \
	  "You have twenty passkeys already. Remove one first.") \
	X(PASSKEY_FAILED, "La clé d’accès n’a pas pu être utilisée. Réessayez.", "The passkey could not be used. Try again.") \
	X(PASSKEY_SIGN_IN, "Se connecter avec une clé d’accès", "Sign in with a passkey") \
	X(PASSKEY_SECOND_STEP, "Utiliser une clé d’accès", "Use a passkey") \
	X(CODE_OR_PASSKEY_HINT, "Les six chiffres de votre application, ou un code de secours. Laissez vide pour utiliser une clé " \
	  "d’accès.", "The six digits of your app, or a recovery code. Leave it empty to use a passkey.") \
	X(RECOVERY, "Codes de secours", "Recovery codes") \
	X(RECOVERY_LEFT, "Codes de secours restants\u00a0: {}", "Recovery codes left: {}") \
	X(RECOVERY_RENEW, "Créer de nouveaux codes de secours", "Make new recovery codes") \
	X(RECOVERY_LEAD, "Notez ces codes maintenant\u00a0: ils ne seront plus affichés. Chacun sert une fois, le jour où " \
	  "votre appareil n’est pas là. Rangez-les ailleurs que sur cet appareil.", \
	  "Write these codes down now: they will not be shown again. Each works once, on the day your device is not at " \
	  "hand. Keep them elsewhere than on that device.") \
	X(RECOVERY_NOTED, "C’est noté, continuer", "I have them, continue") \
	X(FIELD_CODE, "Code à six chiffres", "Six-digit code") \
	X(FIELD_ANY_CODE, "Code", "Code") \
	X(FIELD_ANY_CODE_HINT, "Les six chiffres de votre application, ou un code de secours.", \
	  "The six digits of your app, or a recovery code.") \
	X(CODE_WRONG, "Ce code est incorrect ou a déjà servi.", "This code is wrong or was used already.") \
	X(CODE_WAIT, "Trop d’essais. Prochain essai possible dans {} min.", \
	  "Too many tries. The next one is possible in {} min.") \
	X(SECOND_STEP, "Deuxième étape", "Second step") \
	X(SECOND_STEP_LEAD, "Votre mot de passe est juste. Entrez maintenant un code pour le compte {}.", \
	  "Your password is right. Now enter a code for the account {}.") \
	X(SECOND_STEP_SUBMIT, "Continuer", "Continue") \
	X(SECOND_STEP_LOST, "Appareil perdu et plus de code de secours\u202f? Adressez-vous à la personne qui administre cet " \
	  "espace.", "Device lost and no recovery code left? Turn to whoever administers this space.") \
	X(SET_UP, "Protégez votre compte", "Protect your account") \
	X(SET_UP_LEAD, "Votre mot de passe est juste. Le rôle du compte {} demande aussi un deuxième facteur\u00a0: configurez-le " \
	  "pour continuer.", "Your password is right. The role of the account {} needs a second factor as well: set it up to go on.") \
	X(SET_UP_PASSKEY, "Ou une clé d’accès", "Or a passkey") \
	X(SECURITY_LAST, "Votre rôle demande un deuxième facteur. Ajoutez-en un autre avant de supprimer celui-ci.", \
	  "Your role needs a second factor. Add another one before you remove this one.") \
	X(SECOND_STEP_OTHER, "Utiliser un autre compte", "Use another account") \
	/* Errors */ \
	X(ERROR_BAD_REQUEST, "Demande incompréhensible", "The request makes no sense") \
	X(ERROR_BAD_REQUEST_LEAD, "Le serveur n’a pas compris cette demande.", \
	  "The server did not understand this request.") \
	X(ERROR_DENIED, "Accès refusé", "Not allowed") \
	X(ERROR_DENIED_LEAD, "Vous n’avez pas le droit de faire cela.", "You are not allowed to do this.") \
	X(ERROR_NOT_FOUND, "Page introuvable", "Page not found") \
	X(ERROR_NOT_FOUND_LEAD, "Cette page n’existe pas, ou elle n’est pas visible pour vous.", \
	  "This page does not exist, or you cannot see it.") \
	X(ERROR_GONE, "Cette page a été supprimée", "This page was deleted") \
	X(ERROR_GONE_LEAD, "Son auteur l’a retirée.", "Its author took it down.") \
	X(ERROR_LIMIT, "Trop de demandes", "Too many requests") \
	X(ERROR_LIMIT_LEAD, "Attendez quelques minutes, puis réessayez.", "Wait a few minutes, then try again.") \
	X(ERROR_BUSY, "Serveur indisponible", "Server unavailable") \
	X(ERROR_BUSY_LEAD, "Le serveur est trop occupé. Réessayez dans un instant.", \
	  "The server is too busy. Try again in a moment.") \
	X(ERROR_OURS, "Une erreur est survenue", "Something went wrong") \
	X(ERROR_OURS_LEAD, "L’erreur vient du serveur, pas de vous. Réessayez plus tard.", \
	  "The error is the server’s, not yours. Try again later.") \
	X(MONTH_1, "janvier", "January") X(MONTH_2, "février", "February") X(MONTH_3, "mars", "March") \
	X(MONTH_4, "avril", "April") X(MONTH_5, "mai", "May") X(MONTH_6, "juin", "June") \
	X(MONTH_7, "juillet", "July") X(MONTH_8, "août", "August") X(MONTH_9, "septembre", "September") \
	X(MONTH_10, "octobre", "October") X(MONTH_11, "novembre", "November") X(MONTH_12, "décembre", "December")

enum text {
#define TEXT_ENUM(name, fr, en) TEXT_##name,
	TEXT_LIST(TEXT_ENUM)
#undef TEXT_ENUM
	TEXT_COUNT,
};

struct str text_in(enum language language, enum text text);
/* Of two texts the one that fits a number: French counts none as it counts one. */
enum text text_counted(enum language language, uint64_t count, enum text one, enum text many);
/* "fr", "en". */
const char *language_code(enum language language);
/* The language of a tag: "fr", "FR-ca". false when it is none of ours. */
bool language_parse(struct str tag, enum language *ret_language);
/* The best of an Accept-Language header (RFC 9110 section 12.5.4); `fallback` when it names none of ours. */
enum language language_accepted(struct str header, enum language fallback);

/* What somebody of a role (enum user_role) is called. */
enum text text_of_role(uint8_t role);
/* What the scope name `name` lets an app do; TEXT_COUNT for a name that nobody knows. */
enum text text_of_scope(struct str name);

#endif
