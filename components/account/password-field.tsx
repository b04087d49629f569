'use client';

import { Eye, EyeOff } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useState, type ComponentProps } from 'react';
import { IconButton } from '@/components/ui/button';
import { Field } from '@/components/ui/field';

interface PasswordFieldProps extends Omit<ComponentProps<typeof Field>, 'label' | 'type' | 'adornment'> {
  /** where it is not simply the password */
  label?: string;
}

/** A password, which can be looked at while it is typed. */
export function PasswordField({ label, ...props }: PasswordFieldProps) {
  const t = useTranslations('account');
  const [shown, setShown] = useState(false);
  const Icon = shown ? EyeOff : Eye;
  return (
    <Field
      label={label ?? t('password')}
      type={shown ? 'text' : 'password'}
      autoCapitalize="none"
      spellCheck={false}
      adornment={
        <IconButton
          label={t(shown ? 'hidePassword' : 'showPassword')}
          className="js-only"
          onClick={() => setShown(!shown)}
        >
          <Icon size={18} aria-hidden="true" />
        </IconButton>
      }
      {...props}
    />
  );
}
