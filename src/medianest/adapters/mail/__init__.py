"""Letters by SMTP behind the `Mailer` port."""

from medianest.adapters.mail.smtp import MailServer, SmtpMailer

__all__ = ["MailServer", "SmtpMailer"]
