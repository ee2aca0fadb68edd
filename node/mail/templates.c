/*
 * The words of the mails. French spaces before ? ! ; are U+202F, before : and inside quotes U+00A0, as in
 * node/web/catalogue.h. How they are laid out is render.c's.
 */
#include "node/mail/templates.h"

#define SAY(fr, en) { PART_SAY, NULL, NULL, fr, en }
#define SAY_WITH(parameter, fr, en) { PART_SAY, parameter, NULL, fr, en }
#define SAY_WITHOUT(parameter, fr, en) { PART_SAY, NULL, parameter, fr, en }
#define BUTTON(fr, en) { PART_BUTTON, NULL, NULL, fr, en }
#define HINT(fr, en) { PART_HINT, NULL, NULL, fr, en }

/* Whom to tell when it was somebody else. */
#define ALARM_WITH_CONTACT { PART_SAY, "contact", NULL, \
	"Si ce n’était pas vous, écrivez tout de suite à l’administration\u00a0: {contact}.", \
	"If it was not you, write to the administration at once: {contact}." }
#define ALARM_WITHOUT_CONTACT { PART_SAY, NULL, "contact", \
	"Si ce n’était pas vous, prévenez tout de suite l’administration de la plateforme.", \
	"If it was not you, tell the administration of the platform at once." }

const struct mail_template mail_templates[] = {
	{ "invitation", { "link", "until" },
	  { SAY_WITH("by", "{by} vous invite sur {node}", "{by} invites you to {node}"),
	    SAY("Votre invitation sur {node}", "Your invitation to {node}") },
	  { SAY_WITH("by", "{by} vous invite à rejoindre {node}, le réseau social de votre entreprise.",
	             "{by} invites you to join {node}, the social network of your company."),
	    SAY_WITHOUT("by", "Une place vous attend sur {node}, le réseau social de votre entreprise.",
	                "You are invited to join {node}, the social network of your company."),
	    { PART_QUOTE, "message", NULL, "{message}", "{message}" },
	    BUTTON("Accepter l’invitation", "Accept the invitation"),
	    HINT("Ce lien ne sert qu’une fois, jusqu’au {until}. Il vous est personnel\u00a0: ne le transférez pas.",
	         "This link works once, until {until}. It is meant for you alone: do not forward it."),
	    HINT("Vous n’attendiez pas cette invitation\u202f? Ignorez ce message\u00a0: aucun compte ne sera créé.",
	         "You did not expect this invitation? Ignore this message: no account will be made.") } },
	{ "confirm-address", { "link", "until" },
	  { SAY("Confirmez votre adresse pour {node}", "Confirm your address for {node}") },
	  { SAY("Cette adresse a été indiquée pour un compte sur {node}. Confirmez qu’elle est bien la vôtre\u00a0: elle ne "
	        "comptera qu’ensuite.",
	        "This address was given for an account on {node}. Confirm that it is yours: it counts only then."),
	    BUTTON("Confirmer mon adresse", "Confirm my address"),
	    HINT("Ce lien ne sert qu’une fois, jusqu’au {until}.", "This link works once, until {until}."),
	    HINT("Vous n’avez rien demandé\u202f? Ignorez ce message\u00a0: rien ne changera.",
	         "You did not ask for this? Ignore this message: nothing will change.") } },
	{ "address-changed", { "address" },
	  { SAY("L’adresse de votre compte {node} a changé", "The address of your {node} account has changed") },
	  { SAY("Votre compte sur {node} a désormais l’adresse {address}. Les prochains messages y seront envoyés, et celle-ci "
	        "ne sert plus à se connecter.",
	        "Your account on {node} now has the address {address}. Further messages go there, and this one no longer "
	        "signs you in."),
	    ALARM_WITH_CONTACT, ALARM_WITHOUT_CONTACT } },
	{ "password-reset", { "link", "until" },
	  { SAY("Choisissez un nouveau mot de passe pour {node}", "Choose a new password for {node}") },
	  { SAY("Un nouveau mot de passe a été demandé pour votre compte sur {node}.",
	        "A new password was asked for your account on {node}."),
	    BUTTON("Choisir un mot de passe", "Choose a password"),
	    HINT("Ce lien ne sert qu’une fois, jusqu’au {until}. Toutes vos sessions seront alors fermées.",
	         "This link works once, until {until}. All your sessions will end then."),
	    HINT("Vous n’avez rien demandé\u202f? Ignorez ce message\u00a0: votre mot de passe ne change pas.",
	         "You did not ask for this? Ignore this message: your password stays as it is.") } },
	{ "password-changed", { "when" },
	  { SAY("Votre mot de passe {node} a été changé", "Your {node} password was changed") },
	  { SAY("Le mot de passe de votre compte sur {node} a été changé le {when}. Les sessions ouvertes ont été fermées.",
	        "The password of your account on {node} was changed on {when}. Open sessions have ended."),
	    SAY("Si c’était vous, il n’y a rien à faire.", "If it was you, there is nothing to do."),
	    ALARM_WITH_CONTACT, ALARM_WITHOUT_CONTACT } },
	{ "second-factor", { "when", "link" },
	  { SAY("La sécurité de votre compte {node} a changé", "The security of your {node} account has changed") },
	  { SAY("Le deuxième facteur de votre compte sur {node} a changé le {when}\u00a0: une application, une clé d’accès ou des "
	        "codes de secours ont été ajoutés ou retirés.",
	        "The second factor of your account on {node} changed on {when}: an app, a passkey or recovery codes were added or "
	        "removed."),
	    SAY("Si c’était vous, il n’y a rien à faire.", "If it was you, there is nothing to do."),
	    BUTTON("Voir la sécurité de mon compte", "See the security of my account"),
	    ALARM_WITH_CONTACT, ALARM_WITHOUT_CONTACT } },
	{ "passkey-suspect", { "when", "link" },
	  { SAY("Une clé d’accès à votre compte {node} a été refusée", "A passkey to your {node} account was refused") },
	  { SAY("Une clé d’accès à votre compte sur {node} a été refusée le {when}, car son compteur est revenu en arrière\u00a0: il "
	        "en existe peut-être une copie.",
	        "A passkey to your account on {node} was refused on {when} because its counter went back: there may be a copy of it."),
	    SAY("Supprimez cette clé, puis créez-en une autre sur votre appareil.",
	        "Remove that passkey, then make another one on your device."),
	    BUTTON("Voir mes clés d’accès", "See my passkeys"),
	    ALARM_WITH_CONTACT, ALARM_WITHOUT_CONTACT } },
	{ "sign-in", { "when", "link" },
	  { SAY("Nouvelle connexion à votre compte {node}", "New sign-in to your {node} account") },
	  { SAY("Une connexion à votre compte sur {node} vient d’avoir lieu depuis un navigateur que nous ne connaissions pas.",
	        "Your account on {node} has just been signed in to from a browser that we did not know."),
	    { PART_FACT, NULL, NULL, "Date\u00a0: {when}", "Date: {when}" },
	    { PART_FACT, "browser", NULL, "Navigateur\u00a0: {browser}", "Browser: {browser}" },
	    { PART_FACT, "system", NULL, "Système\u00a0: {system}", "System: {system}" },
	    SAY("Si c’était vous, il n’y a rien à faire. Sinon, fermez cette session et changez votre mot de passe.",
	        "If it was you, there is nothing to do. If not, end that session and change your password."),
	    BUTTON("Voir mes sessions", "See my sessions") } },
	{ "sign-up-accepted", { "link" },
	  { SAY("Votre compte {node} est ouvert", "Your {node} account is open") },
	  { SAY("Bonne nouvelle\u00a0: votre demande a été acceptée. Vous pouvez maintenant vous connecter à {node}.",
	        "Good news: your request was accepted. You can now sign in to {node}."),
	    BUTTON("Se connecter", "Sign in") } },
	{ "sign-up-refused", { NULL },
	  { SAY("Votre demande de compte {node}", "Your request to join {node}") },
	  { SAY("Votre demande de compte sur {node} n’a pas été acceptée. Ce que vous aviez indiqué a été effacé.",
	        "Your request for an account on {node} was not accepted. What you told us has been erased."),
	    { PART_QUOTE, "reason", NULL, "{reason}", "{reason}" },
	    SAY_WITH("contact", "Pour toute question, écrivez à {contact}.", "For any question, write to {contact}.") } },
	{ "test", { NULL },
	  { SAY("Essai d’envoi de {node}", "Test message of {node}") },
	  { SAY("L’envoi de courriels par {node} fonctionne\u00a0: ce message est arrivé.",
	        "Mail from {node} works: this message has arrived.") } },
};
const size_t mail_template_count = sizeof(mail_templates) / sizeof(mail_templates[0]);

const struct mail_template *mail_template_find(struct str word)
{
	for (size_t i = 0; i < mail_template_count; i++)
		if (str_eq(word, str_of(mail_templates[i].word)))
			return &mail_templates[i];
	return NULL;
}
