import type { MailTexts } from '../mail-text.ts';

export const SPANISH: MailTexts = {
  sendWelcomeEmail: {
    subject: 'Te damos la bienvenida, {{userDisplayName}}',
    body: `Hola, {{userDisplayName}}:

Te damos la bienvenida. Nos alegra que te incorpores a nuestra organización.

Tu nombre de usuario es {{userPrincipalName}}. Si tienes preguntas, puedes dirigirte a la persona responsable de tu equipo.`,
  },
  sendOnboardingReminderEmail: {
    subject: '{{userDisplayName}} empieza pronto',
    body: `Hola, {{managerDisplayName}}:

{{userDisplayName}} se incorpora a tu equipo. Primer día: {{userEmployeeHireDate}}.

Comprueba que todo esté listo para entonces.`,
  },
  generateTapAndSendEmail: {
    subject: 'Pase de acceso temporal para {{userDisplayName}}',
    body: `Hola, {{managerDisplayName}}:

Este es el pase de acceso temporal con el que {{userDisplayName}} ({{userPrincipalName}}) puede iniciar sesión por primera vez:

{{temporaryAccessPass}}

Entrégalo en persona y no reenvíes este mensaje.`,
  },
  sendMoveNotificationEmail: {
    subject: '{{userDisplayName}} ha cambiado de puesto en la organización',
    body: `Hola, {{managerDisplayName}}:

{{userDisplayName}} ha cambiado de puesto en la organización.

Comprueba si sus accesos y sus tareas siguen siendo los adecuados.`,
  },
  emailManagerAboutSponsorshipChanges: {
    subject: 'Patrocinios de {{userDisplayName}}',
    body: `Hola, {{managerDisplayName}}:

El puesto de {{userDisplayName}} cambia. Los invitados o agentes que patrocina necesitan otro patrocinador.

Decide quién se hace cargo de estos patrocinios.`,
  },
  emailCosponsorsAboutSponsorChanges: {
    subject: 'Cambio de patrocinador: {{userDisplayName}}',
    body: `Hola:

Compartes con {{userDisplayName}} el patrocinio de invitados o agentes. El puesto de esta persona cambia.

Comprueba si estos invitados y agentes siguen teniendo los patrocinadores necesarios.`,
  },
  sendEmailBeforeLastDay: {
    subject: 'Se acerca el último día de {{userDisplayName}}',
    body: `Hola, {{managerDisplayName}}:

{{userDisplayName}} deja la organización. Último día: {{userEmployeeLeaveDateTime}}.

Organiza el traspaso de sus tareas y la devolución de su equipo.`,
  },
  sendEmailOnLastDay: {
    subject: 'Hoy es el último día de {{userDisplayName}}',
    body: `Hola, {{managerDisplayName}}:

Hoy es el último día de {{userDisplayName}} en la organización. Su acceso termina.

Comprueba que devuelva su equipo.`,
  },
  sendEmailAfterLastDay: {
    subject: '{{userDisplayName}} ha dejado la organización',
    body: `Hola, {{managerDisplayName}}:

{{userDisplayName}} ha dejado la organización. Último día: {{userEmployeeLeaveDateTime}}.

Su cuenta y todo lo que contiene se eliminarán. Guarda lo que tu equipo todavía necesite.`,
  },
  sendInactivityEmail: {
    subject: 'Tu cuenta lleva mucho tiempo sin usarse',
    body: `Hola, {{userDisplayName}}:

Tu cuenta {{userPrincipalName}} lleva mucho tiempo sin usarse.

Inicia sesión si todavía la necesitas. De lo contrario, se desactivará.`,
  },
  sendGuestRemovalEmail: {
    subject: 'Tu cuenta de invitado se eliminará',
    body: `Hola, {{userDisplayName}}:

Tu cuenta de invitado {{userPrincipalName}} ya no tiene patrocinador y se eliminará.

Si todavía la necesitas, pide a tu contacto en la organización que la patrocine.`,
  },
};
