import { useId, type ReactNode } from "react";
import { Icon, type IconName } from "./Icon";

interface SelectProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  options: readonly { value: string; label: string }[];
  icon?: IconName;
  hint?: ReactNode;
}

/** One of many: the system's own list, with a label over it. */
export function Select({ label, hint, ...box }: SelectProps) {
  const id = useId();
  return (
    <div className="field">
      <label className="field__label" htmlFor={id}>
        {label}
      </label>
      {hint !== undefined && <span className="field__hint">{hint}</span>}
      <SelectBox id={id} {...box} />
    </div>
  );
}

type SelectBoxProps = Omit<SelectProps, "label" | "hint"> & { id: string; inline?: boolean };

/** The list alone, for a label that stands elsewhere. */
export function SelectBox({ id, value, onChange, options, icon, inline = false }: SelectBoxProps) {
  return (
    <span className={inline ? "selectbox selectbox--inline" : "selectbox"}>
      {icon && <Icon name={icon} size="s" />}
      <select id={id} className="select" value={value} onChange={(event) => onChange(event.target.value)}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
      <Icon name="chevron-down" size="s" />
    </span>
  );
}
