import { Trans } from "@lingui/react";
import type { TextKey } from "../locales/useText";
import type { Texts } from "../locales/texts.gen";

/** Whom people call when the page does not know whose visit it is about. */
export const supportPhone = "06 555 0180";

export const phoneHref = (phone: string): string => `tel:${phone.replace(/[^\d+]/g, "")}`;

/** A number that keeps on one line. */
export const oneLine = (phone: string): string => phone.replaceAll(" ", "\u00A0");

/** Keys whose text has one number to call in it. */
type PhoneKey = { [K in TextKey]: Texts[K] extends { phone: string | number } ? K : never }[TextKey];

/** A sentence with a number to call: `<PhoneText id="phone.instead" />`. */
export function PhoneText({ id, phone = supportPhone }: { id: PhoneKey; phone?: string | undefined }) {
  return <Trans id={id} values={{ phone }} components={{ 0: <a className="nowrap" href={phoneHref(phone)} /> }} />;
}
