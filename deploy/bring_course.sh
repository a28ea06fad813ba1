#!/usr/bin/env bash
# Zero to JupyterHub runs this in a student's container, just after it has started: see zero-to-jupyterhub.yaml.
#
#     bash /srv/downhill/deploy/bring_course.sh /srv/downhill /home/jovyan
#
# It brings the notebooks of the image into the student's folder, by nbgitpuller, which never overwrites what a student has
# changed and saved. They come from the image itself, and not from a server: so notebooks and course_utils are of one version,
# no address and no password is needed here, and it works without a network.
#
# What it does is written to the log of the container. A course that cannot be brought stops the container if there is none
# from before; else the student works with that one, and finds a note that says so.
set -uo pipefail

image=$1 # the course in the image: a git repository
home=$2  # where the student's disk is mounted
course=$home/downhill
note=$home/THE-COURSE-WAS-NOT-UPDATED.txt
log=${COURSE_LOG:-/proc/1/fd/1} # the output of the container's first process is its log

say() { echo "downhill: $*" >>"$log"; }

if grep -qs " $home " "${COURSE_MOUNTS:-/proc/mounts}"; then
  say "work is kept in $home, on a disk of its own"
else
  say "WORK WILL BE LOST when this server stops: no disk is mounted at $home"
fi

if [ -e "$course" ] && ! git --git-dir="$course/.git" rev-parse --quiet --verify HEAD >/dev/null 2>&1; then
  mv "$course" "$course-unfinished-$(date +%Y%m%d%H%M%S)" # an earlier start was cut off in the middle
fi

bring() { # nbgitpuller wants a branch: this one is whatever version the image holds
  git -C "$image" branch --force hub HEAD && gitpuller "file://$image" hub "$course"
}

if told=$(bring 2>&1); then
  rm -f "$note"
  say "the course is in $course: $(git -C "$image" describe --tags --always)"
else
  say "THE COURSE COULD NOT BE BROUGHT to $course:"
  say "$told"
  [ -d "$course/notebooks" ] || exit 1
  printf '%s\n\n' "The newest version of the course could not be brought here. What you have goes on working, and" \
    "nothing of yours is lost. Please tell your instructor, with these lines:" "$told" >"$note"
fi
