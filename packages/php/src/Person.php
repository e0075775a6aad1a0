<?php

declare(strict_types=1);

namespace OneLoginEdge;

/** Who is asking. */
final class Person
{
    /** The levels, each of which includes those before it. */
    public const LEVELS = ['Cl', 'Cl.Cm', 'Cl.Cm.P1', 'Cl.Cm.P2'];

    /**
     * @param string $sub the person, always the same for this service
     * @param string $sid the session; new at every sign-in
     * @param string $vot the level that was reached
     * @param array<string, mixed> $claims all claims of the assertion
     * @param array<string, mixed>|null $identity the claims of a proved identity
     */
    public function __construct(
        public readonly string $sub,
        public readonly string $sid,
        public readonly string $vot,
        public readonly array $claims,
        public readonly ?array $identity,
    ) {
    }

    /** Whether this level includes the other. */
    public function hasReached(string $level): bool
    {
        $reached = array_search($this->vot, self::LEVELS, true);
        return $reached !== false && $reached >= self::index($level);
    }

    /** The place of a level, unless it is none. */
    public static function index(string $level): int
    {
        $index = array_search($level, self::LEVELS, true);
        return $index === false ? throw new \InvalidArgumentException("$level is no level") : $index;
    }
}
