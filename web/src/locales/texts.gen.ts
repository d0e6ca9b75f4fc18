// Generated from the catalogues by `npm run texts`. Do not edit.

export type Area = "common" | "patient" | "staff";

export interface CommonTexts {
  "back": null;
  "close": null;
  "county": null;
  "in.en": null;
  "in.fi": null;
  "in.sv": null;
  "language": null;
  "loading": null;
  "loading.long": null;
  "menu": null;
  "minutes": { n: number };
  "minutes.short": { n: string | number };
  "modality.hosted": null;
  "modality.in_person": null;
  "modality.phone": null;
  "modality.short.hosted": null;
  "modality.short.in_person": null;
  "modality.short.phone": null;
  "modality.short.video": null;
  "modality.video": null;
  "notFound.text": null;
  "notFound.title": null;
  "offline.text": null;
  "offline.title": { time: string | number };
  "phone.instead": { phone: string | number };
  "practice": null;
  "problem.code": { code: string | number };
  "problem.holdExpired": null;
  "problem.internal": null;
  "problem.notAllowed": null;
  "problem.notFound": null;
  "problem.offline": null;
  "problem.signIn": null;
  "problem.slotTaken": null;
  "problem.title": null;
  "problem.tooMany": null;
  "problem.unavailable": null;
  "problem.validation": null;
  "problem.wrongState": null;
  "quality.1": null;
  "quality.2": null;
  "quality.3": null;
  "quality.4": null;
  "retry": null;
  "signIn": null;
  "signOut": null;
  "skip": null;
  "sos.call": null;
  "sos.danger": null;
  "sos.helpline": null;
  "source.camera": null;
  "source.exam": null;
  "source.microphone": null;
  "source.room": null;
  "source.screen": null;
  "source.stethoscope": null;
  "speaks.en": null;
  "speaks.fi": null;
  "speaks.sv": null;
  "toStart": null;
}

export interface PatientTexts {

}

export interface StaffTexts {
  "staff.day": null;
}

export interface Texts extends CommonTexts, PatientTexts, StaffTexts {}
