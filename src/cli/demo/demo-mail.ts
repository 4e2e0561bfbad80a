/**
 * The libraries of the demo's mail, one file of their own in the package: `tenure demo` has to work where neither is installed.
 */
import nodemailer from 'nodemailer';
import { SMTPServer } from 'smtp-server';

export const { createTransport } = nodemailer;
export const MailServer = SMTPServer;
