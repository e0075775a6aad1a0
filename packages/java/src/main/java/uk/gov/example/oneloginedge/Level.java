package uk.gov.example.oneloginedge;

import java.util.List;

/** How well a person has shown who they are. */
public final class Level {
  /** The levels, each of which includes those before it. */
  public static final List<String> ALL = List.of("Cl", "Cl.Cm", "Cl.Cm.P1", "Cl.Cm.P2");

  private Level() {}

  /** The levels that a person has reached. */
  public static List<String> reached(Person person) {
    return ALL.subList(0, ALL.indexOf(person.vot()) + 1);
  }

  /** Refuses a person below the level; null is no person. */
  public static void require(Person person, String level) throws Refused {
    if (!ALL.contains(level)) {
      throw new IllegalArgumentException(level + " is no level");
    }
    if (person == null) {
      throw new Refused("no_assertion");
    }
    if (!reached(person).contains(level)) {
      throw new Refused("level_too_low", level + " is required");
    }
  }
}
