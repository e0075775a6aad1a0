<?php

declare(strict_types=1);

namespace OneLoginEdge\Symfony;

use OneLoginEdge\Person;
use Symfony\Component\Security\Core\User\UserInterface;

/** The person as Symfony's user, whose roles are `ROLE_CL`, `ROLE_CL_CM`, `ROLE_CL_CM_P1` and `ROLE_CL_CM_P2` as far as reached. */
final class User implements UserInterface
{
    public function __construct(public readonly Person $person)
    {
    }

    /** The role of a level. */
    public static function role(string $level): string
    {
        return 'ROLE_' . strtoupper(strtr($level, '.', '_'));
    }

    public function getUserIdentifier(): string
    {
        return $this->person->sub;
    }

    /** @return list<string> */
    public function getRoles(): array
    {
        return array_map(self::role(...), array_values(array_filter(Person::LEVELS, $this->person->hasReached(...))));
    }

    public function eraseCredentials(): void
    {
    }

    // Symfony 5.4 asks for these three.

    public function getUsername(): string
    {
        return $this->person->sub;
    }

    public function getPassword(): ?string
    {
        return null;
    }

    public function getSalt(): ?string
    {
        return null;
    }
}
